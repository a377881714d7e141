import type { Text } from './workflow.ts';

/** Whether the value is worked out only when the workflow runs. */
export function isComputed(text: string): boolean {
  return text.includes('${{');
}

/** An expression in one spelling: small letters, no spaces, `a.b` for `a['b']`. */
export function plainExpression(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/\s+/g, '')
    .replaceAll(/\[(['"])([\w-]+)\1\]/g, '.$2');
}

/** What a pull request's author chooses: the head's code, by whatever name. */
const heads = [
  'github.head_ref',
  'github.event.pull_request.head',
  'github.event.pull_request.merge_commit_sha',
  'github.event.workflow_run.head_',
  'github.event.workflow_run.pull_requests',
  'github.event.check_suite.head_',
  'refs/pull/',
];

/** Whether a value names the head of a pull request; `environments` are looked at for `env.NAME`, innermost first. */
export function namesHead(text: string, environments: readonly ReadonlyMap<string, Text>[]): boolean {
  const plain = plainExpression(text);
  if (heads.some((head) => plain.includes(head))) return true;
  return [...plain.matchAll(/\benv\.([\w-]+)/g)].some(([, name]) => {
    for (const environment of environments) {
      const found = [...environment].find(([key]) => key.toLowerCase() === name);
      // One step is followed; a chain of variables would have to be looked at by a person.
      if (found !== undefined) return heads.some((head) => plainExpression(found[1].text).includes(head));
    }
    return false;
  });
}

/**
 * The events among `events` that a job's condition leaves, as far as it compares `github.event_name` with words and joins
 * such comparisons by `&&` alone; otherwise all of them.
 */
export function eventsLeft(events: readonly string[], condition: Text | null): readonly string[] {
  const plain = plainExpression(condition?.text ?? '');
  if (plain.includes('||')) return events;
  const only = [...plain.matchAll(/github\.event_name=='(\w+)'/g)].map(([, name]) => name);
  const not = [...plain.matchAll(/github\.event_name!='(\w+)'/g)].map(([, name]) => name);
  return events.filter((event) => only.every((name) => name === event) && !not.includes(event));
}

/** Whether a job with this condition runs although a job it needs has failed. */
export function runsAfterFailure(condition: Text | null): boolean {
  const plain = plainExpression(condition?.text ?? '');
  return /always\(\)|!cancelled\(\)|failure\(\)/.test(plain);
}
