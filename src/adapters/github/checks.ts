import type { Answer, CheckContent, Forge } from '../../ports/forge.ts';
import type { Client } from './client.ts';
import type { Task } from './refusals.ts';

/** GitHub's limit per request; those of further requests are appended. */
const annotationsPerRequest = 50;
const maximumTries = 4;

function task(doing: string, repeat: Task['repeat']): Task {
  return { doing, access: 'write', repeat, permission: 'checks: write' };
}

function outputOf({ title, summary, text, annotations }: CheckContent, from: number) {
  return {
    title,
    summary,
    ...(text === null ? {} : { text }),
    annotations: annotations
      .slice(from, from + annotationsPerRequest)
      .map(({ path, line, level, message, title: heading }) => ({
        path,
        start_line: line,
        end_line: line,
        annotation_level: level,
        message,
        title: heading,
      })),
  };
}

/** Check runs. Only tokens of apps, such as the job's own, may write them. */
export function createChecks(client: Client): Pick<Forge, 'startCheck' | 'completeCheck' | 'checkConclusion'> {
  const { owner, repo } = client;

  /** The check that a request left behind whose answer was lost; null when it left none. */
  const findCheck = (name: string, ref: string, externalId: string): Promise<Answer<number | null>> =>
    client.call(
      { doing: `look for check ${name}`, access: 'read', repeat: 'always', permission: 'checks: read' },
      (octokit, request) =>
        octokit.rest.checks.listForRef({ owner, repo, ref, check_name: name, filter: 'all', per_page: 100, request }),
      (data) => data.check_runs.find(({ external_id }) => external_id === externalId)?.id ?? null,
    );

  const startCheck: Forge['startCheck'] = async (name, headSha, detailsUrl) => {
    const externalId = `benchgate-${Math.floor(client.random() * 2 ** 52).toString(36)}`;
    const parameters = { owner, repo, name, head_sha: headSha, details_url: detailsUrl, external_id: externalId };
    for (let attempt = 0; ; attempt += 1) {
      const answer = await client.call(
        task(`start check ${name}`, 'unsent'),
        (octokit, request) => octokit.rest.checks.create({ ...parameters, status: 'in_progress', request }),
        readId,
      );
      if (answer.ok || answer.refusal.kind !== 'unavailable' || attempt + 1 >= maximumTries) return answer;
      await client.pause(attempt);
      const found = await findCheck(name, headSha, externalId);
      if (!found.ok) return answer;
      if (found.value !== null) return { ok: true, value: found.value };
    }
  };

  return {
    startCheck,
    completeCheck: async (id, conclusion, content) => {
      const completed = await client.call(
        task('complete a check', 'always'),
        (octokit, request) =>
          octokit.rest.checks.update({
            owner,
            repo,
            check_run_id: id,
            status: 'completed',
            conclusion,
            output: outputOf(content, 0),
            request,
          }),
        (data) => ({ url: data.html_url ?? data.details_url ?? '' }),
      );
      if (!completed.ok) return completed;
      for (let from = annotationsPerRequest; from < content.annotations.length; from += annotationsPerRequest) {
        const more = await client.call(
          // Annotations are appended, so a request that may have come through is not sent again.
          task(`add annotations from ${from + 1} to a check that is completed`, 'unsent'),
          (octokit, request) =>
            octokit.rest.checks.update({ owner, repo, check_run_id: id, output: outputOf(content, from), request }),
          () => null,
        );
        if (!more.ok) return more;
      }
      return completed;
    },
    checkConclusion: (id) =>
      client.call(
        { doing: 'read a check', access: 'read', repeat: 'always', permission: 'checks: read' },
        (octokit, request) => octokit.rest.checks.get({ owner, repo, check_run_id: id, request }),
        ({ status, conclusion }) => {
          if (typeof status !== 'string') throw new TypeError('a check without a status');
          return status === 'completed' ? conclusion : null;
        },
      ),
  };
}

function readId({ id }: { readonly id: number }): number {
  if (typeof id !== 'number') throw new TypeError('a check without a number');
  return id;
}
