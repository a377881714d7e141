import type { CheckConclusion, CheckContent, Comment, Forge, Refusal } from '../ports/forge.ts';
import type { Annotation, Job } from '../ports/job.ts';

/** What is to be shown, already rendered; each surface gets the same in its own size. */
export interface Publication {
  /** Body of the comment; `resolved` when it takes the place of an alert (said only of a success). */
  readonly comment: (resolved: boolean) => string;
  readonly isOwnComment: (body: string) => boolean;
  /** Whether there is something to say: anything but an ordinary success. */
  readonly isNotable: boolean;
  readonly summary: string;
  readonly check: Omit<CheckContent, 'annotations'>;
  readonly checkConclusion: CheckConclusion;
  readonly annotations: readonly Annotation[];
}

export interface PublishTo {
  readonly pullRequest: number | null;
  /** Commit that the check belongs to. */
  readonly headSha: string;
  readonly comment: 'always' | 'on-change' | 'never';
  readonly check: { readonly name: string; readonly startedId: number | null; readonly detailsUrl: string } | null;
  readonly summary: boolean;
  readonly annotations: boolean;
}

const alert = /^## [^\n]*(?:❌|⚠️)/m;
/** GitHub takes 50 in one call, and shows 10 of a level in a step. */
const checkAnnotations = 50;

/**
 * Puts the report where people look: comment, check, summary, annotations. A surface that is refused is named and the next
 * one has the whole report; when all are, the summary is written whatever was asked. Changes no verdict and never throws.
 * Returns the comment's address, null when there is none.
 */
export async function publish(forge: Forge, job: Job, what: Publication, to: PublishTo): Promise<string | null> {
  const refused: string[] = [];
  const refuse = (surface: string, refusal: Refusal): void => {
    const fix = fixOf(refusal);
    refused.push(`${surface} was refused (${refusal.status ?? refusal.kind}): ${refusal.detail}${fix}`);
  };
  const wantsComment = to.pullRequest !== null && to.comment !== 'never';
  const commentUrl = wantsComment ? await putComment(forge, what, to, refuse) : null;
  const checkUrl = to.check === null ? null : await putCheck(forge, what, to, to.check, refuse);
  const isHomeless = refused.length > 0 && commentUrl === null && checkUrl === null;
  if ((to.summary || isHomeless) && !(await job.summarise(what.summary))) {
    refused.push('the job summary could not be written, or is over its 1 MiB; the log has the report');
  }
  if (to.annotations) for (const annotation of what.annotations) job.annotate(annotation);
  for (const line of refused) job.say(`benchgate: ${line}\n`);
  return commentUrl;
}

type Refuse = (surface: string, refusal: Refusal) => void;

function fixOf({ kind, permission }: Refusal): string {
  if (kind === 'no_token') return '; give the action a `github-token`';
  return permission === null ? '' : `; give the job \`permissions: ${permission}\``;
}

async function putComment(forge: Forge, what: Publication, to: PublishTo, refuse: Refuse): Promise<string | null> {
  const number = to.pullRequest ?? 0;
  const refuseComment = (refusal: Refusal): null => {
    // Where reading was refused already, writing is still to come.
    refuse('the comment', { ...refusal, permission: refusal.permission === null ? null : 'pull-requests: write' });
    return null;
  };
  const present = await forge.pullRequest(number);
  if (!present.ok && present.refusal.kind !== 'forbidden' && present.refusal.kind !== 'missing') {
    return refuseComment(present.refusal);
  }
  // Its own run comments; an old run must not overwrite the newer verdict.
  if (present.ok && present.value.headSha !== to.headSha) return refuseComment(superseded(present.value.headSha));
  const comments = await forge.comments(number);
  if (!comments.ok) return refuseComment(comments.refusal);
  const own = comments.value.filter((comment) => comment.isOurs && what.isOwnComment(comment.body)).at(-1);
  if (own === undefined && to.comment === 'on-change' && !what.isNotable) return null;
  const body = what.comment(own !== undefined && alert.test(own.body));
  if (own?.body === body) return own.url;
  const answer = await write(forge, number, own, body);
  return answer.ok ? answer.value.url : refuseComment(answer.refusal);
}

/** Edits the comment; writes a new one when it was deleted meanwhile. */
async function write(forge: Forge, number: number, own: Comment | undefined, body: string) {
  if (own === undefined) return forge.createComment(number, body);
  const edited = await forge.updateComment(own.id, body);
  return edited.ok || edited.refusal.kind !== 'missing' ? edited : forge.createComment(number, body);
}

function superseded(headSha: string): Refusal {
  const detail = `the pull request has moved on to ${headSha.slice(0, 10)}, whose own run comments`;
  return { kind: 'conflict', status: null, detail, permission: null };
}

async function putCheck(
  forge: Forge,
  what: Publication,
  to: PublishTo,
  check: NonNullable<PublishTo['check']>,
  refuse: Refuse,
): Promise<string | null> {
  let id = check.startedId;
  if (id === null) {
    const started = await forge.startCheck(check.name, to.headSha, check.detailsUrl);
    if (!started.ok) {
      refuse('the check run', started.refusal);
      return null;
    }
    id = started.value;
  }
  const annotations = what.annotations.flatMap(({ level, message, title, path, line }) =>
    path === null || line === null ? [] : [{ path, line, level: checkLevel(level), message, title }],
  );
  const content = { ...what.check, annotations: to.annotations ? annotations.slice(0, checkAnnotations) : [] };
  const done = await forge.completeCheck(id, what.checkConclusion, content);
  if (done.ok) return done.value.url;
  refuse('the check run', done.refusal);
  return null;
}

function checkLevel(level: Annotation['level']): 'failure' | 'warning' | 'notice' {
  return level === 'error' ? 'failure' : level;
}
