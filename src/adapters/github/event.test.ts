import { mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { type EventFixture, eventFixtures, readEvent } from '../../../fixtures/events.ts';
import { BenchgateError, EnvironmentError, UsageError } from '../../domain/errors.ts';
import type { ForgeEvent } from '../../domain/event.ts';
import { readForgeEvent } from './event.ts';
import { readEventPayload } from './event-payload.ts';

const folder = mkdtempSync(join(tmpdir(), 'benchgate-event-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const head = '1'.repeat(40);
const base = '2'.repeat(40);
const merge = '3'.repeat(40);
const before = '4'.repeat(40);

function read(name: EventFixture, environment: Record<string, string> = {}): ForgeEvent {
  const event = readEvent(name, { environment });
  return readForgeEvent(event.environment, event.payload);
}

/** The payload of a fixture with one field changed, given by its path; `undefined` removes it. */
function changed(name: EventFixture, path: string, value: unknown): () => ForgeEvent {
  const { environment, payload } = readEvent(name);
  const names = path.split('.');
  const last = names.pop() ?? '';
  const owner = names.reduce<Record<string, unknown>>((at, part) => at[part] as Record<string, unknown>, payload);
  if (value === undefined) delete owner[last];
  else Object.defineProperty(owner, last, { value, enumerable: true });
  return () => readForgeEvent(environment, payload);
}

function failure(run: () => unknown): BenchgateError {
  try {
    run();
  } catch (error) {
    if (error instanceof BenchgateError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('readForgeEvent()', () => {
  test('reads a push to the default branch', () => {
    expect(read('push-default-branch')).toStrictEqual({
      kind: 'push',
      name: 'push',
      action: null,
      label: null,
      sender: 'maintainer',
      repository: { owner: 'octo-org', name: 'widgets' },
      sha: head,
      ref: 'refs/heads/main',
      defaultBranch: 'main',
      actor: 'maintainer',
      pullRequest: null,
      mergeGroup: null,
      triggeringRun: null,
      before,
      withoutSecrets: false,
      run: {
        id: '7300500700',
        attempt: 1,
        job: 'bench',
        step: '__octo-org_benchgate',
        workflowPath: '.github/workflows/benchmarks.yml',
      },
      runUrl: 'https://github.com/octo-org/widgets/actions/runs/7300500700/attempts/1',
      serverUrl: 'https://github.com',
      apiUrl: 'https://api.github.com',
    });
  });

  test('knows no commit before the first push of a branch', () => {
    expect(read('push-branch')).toMatchObject({ kind: 'push', before: null, ref: 'refs/heads/faster' });
  });

  test('refuses a push that deleted its branch, with its name', () => {
    const error = failure(() => read('push-deleted-branch'));
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toContain('refs/heads/faster');
    expect(error.nextStep).toContain('github.event.deleted');
    // GITHUB_SHA is no reason to go on when the payload says so.
    expect(failure(() => read('push-deleted-branch', { GITHUB_SHA: head }))).toBeInstanceOf(UsageError);
  });

  test('reads pull requests of the same repository', () => {
    expect(read('pull-request-opened')).toMatchObject({
      kind: 'pull_request',
      action: 'opened',
      sha: merge,
      withoutSecrets: false,
      pullRequest: {
        number: 7,
        headSha: head,
        headRepository: 'octo-org/widgets',
        fork: false,
        baseRef: 'main',
        author: 'maintainer',
        labels: [],
        draft: false,
      },
    });
    expect(read('pull-request-synchronize').pullRequest).toMatchObject({ draft: true, labels: ['performance'] });
    expect(read('pull-request-labeled')).toMatchObject({
      action: 'labeled',
      pullRequest: { labels: ['performance', 'benchgate: accept'] },
    });
  });

  test('takes nothing from the stale base.sha', () => {
    for (const name of eventFixtures.filter((name) => name.startsWith('pull-request')))
      expect(JSON.stringify(read(name))).not.toContain('9'.repeat(40));
  });

  test('sees a fork, also when it was deleted or only its letter case differs', () => {
    expect(read('pull-request-fork')).toMatchObject({
      withoutSecrets: true,
      pullRequest: { fork: true, headRepository: 'contributor/widgets' },
    });
    expect(read('pull-request-deleted-fork')).toMatchObject({
      withoutSecrets: true,
      pullRequest: { fork: true, headRepository: null },
    });
    expect(changed('pull-request-opened', 'pull_request.head.repo', undefined)().pullRequest?.fork).toBe(true);
    const same = changed('pull-request-opened', 'pull_request.head.repo', { full_name: 'Octo-Org/Widgets' })();
    expect(same.pullRequest?.fork).toBe(false);
  });

  test('knows that Dependabot has no secrets, as author and as actor', () => {
    expect(read('pull-request-dependabot')).toMatchObject({ withoutSecrets: true, pullRequest: { fork: false } });
    expect(read('pull-request-dependabot', { GITHUB_ACTOR: 'maintainer' }).withoutSecrets).toBe(false);
    expect(read('pull-request-opened', { GITHUB_ACTOR: 'dependabot[bot]' }).withoutSecrets).toBe(true);
    expect(read('push-branch', { GITHUB_ACTOR: 'dependabot[bot]' }).withoutSecrets).toBe(false);
  });

  test('calls pull_request_target and every event it does not know `other`, with the name kept', () => {
    expect(read('pull-request-target')).toMatchObject({
      kind: 'other',
      name: 'pull_request_target',
      pullRequest: null,
    });
    expect(read('issue-comment')).toMatchObject({ kind: 'other', name: 'issue_comment', action: 'created' });
    for (const GITHUB_EVENT_NAME of ['constructor', '__proto__', 'PUSH', 'Pull_Request'])
      expect(read('issue-comment', { GITHUB_EVENT_NAME })).toMatchObject({ kind: 'other', name: GITHUB_EVENT_NAME });
  });

  test('reads merge groups, schedules and dispatches', () => {
    expect(read('merge-group')).toMatchObject({
      kind: 'merge_group',
      sha: head,
      mergeGroup: { baseSha: base, headSha: head, baseRef: 'refs/heads/main' },
    });
    expect(read('schedule')).toMatchObject({ kind: 'schedule', action: null, sha: base, before: null });
    expect(read('workflow-dispatch')).toMatchObject({ kind: 'workflow_dispatch', action: null });
  });

  test('reads the run that a workflow_run tells of', () => {
    expect(read('workflow-run-fork')).toMatchObject({
      kind: 'workflow_run',
      sha: base,
      withoutSecrets: false,
      triggeringRun: {
        id: 7300500600,
        attempt: 2,
        event: 'pull_request',
        conclusion: 'success',
        headSha: head,
        headBranch: 'faster',
        headRepository: 'contributor/widgets',
        fork: true,
      },
    });
    expect(read('workflow-run-same-repository').triggeringRun).toMatchObject({ fork: false });
    expect(changed('workflow-run-fork', 'workflow_run.head_repository', null)().triggeringRun?.fork).toBe(true);
    expect(changed('workflow-run-fork', 'workflow_run.head_branch', null)().triggeringRun?.headBranch).toBeNull();
  });

  test('takes the addresses of an own server from the runner', () => {
    const event = read('push-branch', {
      GITHUB_SERVER_URL: 'https://git.example.org/',
      GITHUB_API_URL: 'https://git.example.org/api/v3',
      GITHUB_RUN_ATTEMPT: '3',
    });
    expect(event.apiUrl).toBe('https://git.example.org/api/v3');
    expect(event.runUrl).toBe('https://git.example.org/octo-org/widgets/actions/runs/7300500700/attempts/3');
  });

  test.each([
    ['o/r/.github/workflows/a@b.yml@refs/heads/x@y', '.github/workflows/a@b.yml'],
    ['o/r/.github/workflows/ci.yaml@refs/pull/1/merge', '.github/workflows/ci.yaml'],
    ['nonsense', null],
    ['', null],
  ])('finds the workflow in %j', (GITHUB_WORKFLOW_REF, workflowPath) => {
    expect(read('push-branch', { GITHUB_WORKFLOW_REF }).run.workflowPath).toBe(workflowPath);
  });

  test.each([
    'GITHUB_EVENT_NAME',
    'GITHUB_REPOSITORY',
    'GITHUB_SHA',
    'GITHUB_REF',
    'GITHUB_RUN_ID',
    'GITHUB_RUN_ATTEMPT',
    'GITHUB_JOB',
    'GITHUB_ACTION',
    'GITHUB_SERVER_URL',
    'GITHUB_API_URL',
  ])('names %s when it is missing or nonsense', (name) => {
    for (const value of ['', 'a\nb', ...(/NAME|REF|JOB|ACTION$/.test(name) ? [] : ['file:///etc/passwd', '-1'])]) {
      const error = failure(() => read('push-branch', { [name]: value }));
      expect(error).toBeInstanceOf(EnvironmentError);
      expect(error).toMatchObject({ code: 'EVENT_UNREADABLE', place: name, exitCode: 69 });
      expect(error.message).toContain(name);
    }
  });

  test.each<[EventFixture, string, unknown]>([
    ['push-branch', 'before', undefined],
    ['push-branch', 'before', 'HEAD'],
    ['push-branch', 'after', '--upload-pack=x'],
    ['push-branch', 'deleted', 'no'],
    ['pull-request-opened', 'pull_request', undefined],
    ['pull-request-opened', 'pull_request', [1]],
    ['pull-request-opened', 'pull_request.number', '7'],
    ['pull-request-opened', 'pull_request.number', 0.5],
    ['pull-request-opened', 'pull_request.head.sha', head.toUpperCase().replace('1', 'A')],
    ['pull-request-opened', 'pull_request.head.sha', undefined],
    ['pull-request-opened', 'pull_request.head.repo', 'contributor/widgets'],
    ['pull-request-opened', 'pull_request.base.repo', null],
    ['pull-request-opened', 'pull_request.base.ref', 'main\n::set-env name=X::y'],
    ['pull-request-opened', 'pull_request.user', null],
    ['pull-request-opened', 'pull_request.labels', { length: 1, 0: { name: 'x' } }],
    ['merge-group', 'merge_group.base_sha', null],
    ['merge-group', 'merge_group', undefined],
    ['workflow-run-fork', 'workflow_run.id', -1],
    ['workflow-run-fork', 'workflow_run.run_attempt', undefined],
    ['workflow-run-fork', 'workflow_run.head_sha', 7],
    ['workflow-run-fork', 'workflow_run.conclusion', ['success']],
  ])('%s: names %s when it is %j', (name, path, value) => {
    expect(failure(changed(name, path, value))).toMatchObject({ code: 'EVENT_UNREADABLE', place: path });
  });

  test('names the label that has no name', () => {
    const error = failure(changed('pull-request-opened', 'pull_request.labels', [{ name: 'a' }, { id: 2 }]));
    expect(error.place).toBe('pull_request.labels[1].name');
  });

  test('finds nothing in prototypes', () => {
    const { environment, payload } = readEvent('pull-request-opened');
    const hidden: unknown = Object.create(payload);
    expect(failure(() => readForgeEvent(environment, hidden)).place).toBe('pull_request');
    const text = JSON.stringify(payload).replace('"pull_request":', '"__proto__":');
    expect(failure(() => readForgeEvent(environment, JSON.parse(text))).place).toBe('pull_request');
  });

  test('says what is wrong, whatever the payload is', () => {
    fc.assert(
      fc.property(fc.constantFrom(...eventFixtures), fc.jsonValue(), (name, payload) => {
        try {
          readForgeEvent(readEvent(name).environment, payload);
        } catch (error) {
          expect(error).toBeInstanceOf(BenchgateError);
        }
      }),
    );
  });
});

describe('readEventPayload()', () => {
  const at = (name: string): string => join(folder, name);

  test('parses the file that the runner names', () => {
    writeFileSync(at('good'), '{"action":"opened"}');
    expect(readEventPayload({ GITHUB_EVENT_PATH: at('good') })).toStrictEqual({ action: 'opened' });
  });

  test('refuses a missing variable, a missing file, a link, a folder, a large file and one that is no JSON', () => {
    writeFileSync(at('broken'), '{"action":');
    writeFileSync(at('large'), '');
    truncateSync(at('large'), 25 * 1024 * 1024 + 1);
    symlinkSync(at('broken'), at('link'));
    const paths = [undefined, '', at('absent'), at('link'), folder, at('broken'), at('large')];
    for (const path of paths) {
      const error = failure(() => readEventPayload({ GITHUB_EVENT_PATH: path }));
      expect(error).toMatchObject({ code: 'EVENT_UNREADABLE', place: 'GITHUB_EVENT_PATH' });
    }
    expect(failure(() => readEventPayload({ GITHUB_EVENT_PATH: at('large') })).message).toContain('25 MiB');
  });
});
