import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  approvalLabel,
  faults,
  lineOf,
  replaced,
  type TemplateName,
  template,
  templateNames,
  templatePath,
} from '../../fixtures/workflow-faults.ts';
import { examineWorkflows } from './examine.ts';
import type { Finding } from './finding.ts';

/** The findings of the templates with one of them changed; of the notes only the wanted one. */
const withFault = (changed: TemplateName, text: string, note?: string): readonly Finding[] =>
  examineWorkflows(
    templateNames.map((name) => ({ path: templatePath(name), text: name === changed ? text : template(name) })),
    { action: null, approvalLabel },
  ).filter(({ severity, code }) => severity !== 'note' || code === note);

describe('examineWorkflows() finds each planted fault, at its line, and nothing else', () => {
  it.each(faults.map((fault) => [fault.what, fault] as const))('%s', (_, fault) => {
    const text = replaced(template(fault.in), fault.from, fault.to, fault.nth);
    const findings = withFault(fault.in, text, fault.code);
    expect(findings.map(({ code, severity }) => [code, severity])).toEqual([[fault.code, fault.severity ?? 'error']]);
    const line = fault.atNth === -1 ? expect.any(Number) : lineOf(text, fault.at, fault.atNth);
    expect(findings[0]).toMatchObject({ path: templatePath(fault.in), line, area: 'workflow' });
    expect(findings[0]?.nextStep).not.toBe('');
  });
});

describe('a matrix of shards', () => {
  const sharded = (matrix: string, shard: string, name = 'benchgate-${{ matrix.shard }}'): string => {
    let text = replaced(
      template('benchmark'),
      '    outputs:\n',
      `    strategy:\n      fail-fast: false\n      matrix:\n        ${matrix}\n    outputs:\n`,
    );
    text = replaced(text, '          confirm: elsewhere\n', `          confirm: elsewhere\n${shard}`);
    text = replaced(text, 'name: benchgate-1', `name: ${name}`);
    return replaced(text, "!cancelled() && needs.measure.outputs.confirm != ''", '!cancelled()');
  };
  const codes = (text: string) => withFault('benchmark', text).map(({ code, line }) => [code, line]);

  it.each([
    ['shard: [1, 2, 3]', '          shard: auto\n'],
    ['shard: [1, 2, 3]', '          shard: ${{ matrix.shard }}/3\n'],
    ['shard: [1, 2, 3]', '          shard: ${{ matrix.shard }}\n          shards: 3\n'],
    ['shard: ${{ fromJSON(vars.SHARDS) }}', '          shard: ${{ matrix.shard }}/3\n'],
  ])('%s with %j is in order', (matrix, shard) => {
    expect(codes(sharded(matrix, shard))).toEqual([]);
  });

  it.each([
    ['shard: [1, 2, 3]', '          shard: ${{ matrix.shard }}/5\n', 'SHARD_COUNT', 'shard: ${{'],
    ['shard: [0, 1, 2]', '          shard: ${{ matrix.shard }}/3\n', 'SHARD_COUNT', 'shard: ${{'],
    ['shard: [1, 2]', '          shard: ${{ matrix.shard }}\n          shards: 3\n', 'SHARD_COUNT', 'shard: ${{'],
    ['shard: [1, 2, 3]', '', 'SHARD_MISSING', 'matrix:\n'],
  ])('%s with %j is found', (matrix, shard, code, at) => {
    const text = sharded(matrix, shard);
    expect(codes(text)).toEqual([[code, lineOf(text, at)]]);
  });

  it('wants a name of its own for every artifact', () => {
    const text = sharded('shard: [1, 2]', '          shard: auto\n', 'benchgate-1');
    expect(codes(text)).toEqual([['ARTIFACT_NAME', lineOf(text, 'name: benchgate-1')]]);
  });

  it('does not let a job ask for an output of the matrix', () => {
    const text = replaced(
      sharded('shard: [1, 2]', '          shard: auto\n'),
      'if: ${{ !cancelled() }}',
      "if: ${{ !cancelled() && needs.measure.outputs.confirm != '' }}",
      1,
    );
    expect(codes(text)).toEqual([['MATRIX_OUTPUT', lineOf(text, "outputs.confirm != ''")]]);
  });
});

const one = (text: string, action: string | null = null) => examineWorkflows([{ path: 'w.yml', text }], { action });
const gate = (on: string, more = '', inputs = '') =>
  `on: ${on}\n${more}jobs:\n  gate:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/checkout@v6\n        with: {persist-credentials: false, fetch-depth: 0}\n      - uses: benchgate/benchgate@v0\n${inputs}`;

it('examineWorkflows() takes a missing `permissions` for what new repositories have, and warns of older ones', () => {
  expect(one(gate('pull_request')).map(({ code, severity, line }) => [code, severity, line])).toEqual([
    ['PERMISSION_MISSING', 'error', 3],
    ['PERMISSION_MISSING', 'error', 3],
    ['PERMISSION_MISSING', 'error', 3],
    ['TOKEN_CAN_WRITE', 'warning', 3],
    ['MERGE_GROUP_MISSING', 'note', 1],
    ['REPORT_MISSING', 'note', 1],
    ['UNPINNED', 'note', 6],
    ['FETCH_DEPTH', 'note', 7],
    ['UNPINNED', 'note', 8],
  ]);
});

it.each([
  ['read-all', 3, false],
  ['write-all', 0, true],
  ['{}', 3, false],
  ['{contents: write, pull-requests: write, checks: write}', 0, true],
])('permissions: %s', (permissions, missing, canWrite) => {
  const codes = one(gate('pull_request', `permissions: ${permissions}\n`)).map(({ code }) => code);
  expect(codes.filter((code) => code === 'PERMISSION_MISSING')).toHaveLength(missing);
  expect(codes.includes('TOKEN_CAN_WRITE')).toBe(canWrite);
});

it('examineWorkflows() asks for no permission that a token, an input or an event makes needless', () => {
  const missing = (on: string, inputs: string) =>
    one(gate(on, 'permissions: {contents: read}\n', `        with: {${inputs}}\n`))
      .filter(({ code }) => code === 'PERMISSION_MISSING')
      .map(({ message }) => /`(.*?)`/.exec(message)?.[1]);
  expect(missing('push', '')).toEqual(['checks: write', 'contents: write']);
  expect(missing('push', 'check: false')).toEqual(['contents: write']);
  expect(missing('push', 'check: false, ledger-remote: none')).toEqual([]);
  expect(missing('push', 'check: false, ledger-token: "${{ secrets.LEDGER }}"')).toEqual([]);
  expect(missing('pull_request', 'ledger-remote: none')).toEqual(['checks: write', 'pull-requests: write']);
  expect(missing('pull_request', 'github-token: "${{ secrets.MINE }}"')).toEqual([]);
  expect(missing('push', 'github-token: "${{ secrets.GITHUB_TOKEN }}"')).toEqual(['checks: write', 'contents: write']);
});

it('examineWorkflows() knows the action of its own repository by the option', () => {
  const text = gate('push').replace('benchgate/benchgate@v0', './');
  expect(one(text).map(({ code }) => code)).toEqual(['NO_WORKFLOW']);
  expect(one(text, './').map(({ code }) => code)).toContain('PERMISSION_MISSING');
});

it('examineWorkflows() finds the head in a publishing job with the action of the checkout, as an error', () => {
  const text = `on: pull_request\npermissions: {contents: write, pull-requests: write, checks: write}\njobs:\n  publish:\n    steps:\n      - uses: actions/checkout@v6\n      - uses: ./\n        with: {command: report}\n`;
  const codes = (ref: string) =>
    one(text.replace('checkout@v6\n', `checkout@v6\n        with: {ref: "${ref}"}\n`), './').map(
      ({ code, severity }) => `${severity} ${code}`,
    );
  expect(codes('')).toContain('error HEAD_CHECKED_OUT');
  expect(codes('${{ github.head_ref }}')).toContain('error HEAD_CHECKED_OUT');
  expect(codes('${{ github.event.repository.default_branch }}')).not.toContain('error HEAD_CHECKED_OUT');
});

it('examineWorkflows() finds pull_request_target with the head in workflows that do not use the action', () => {
  const text = `on:\n  pull_request_target:\njobs:\n  build:\n    steps:\n      - uses: actions/checkout@v6\n        with:\n          ref: refs/pull/\${{ github.event.number }}/merge\n`;
  expect(one(text)).toMatchObject([{ code: 'HEAD_CHECKED_OUT', severity: 'error', line: 6 }]);
  expect(one(text.replace(/ {8}with:\n.*\n/, ''))).toMatchObject([{ code: 'NO_WORKFLOW' }]);
});

it('examineWorkflows() says that forks get no report, once its half is missing', () => {
  const files = [{ path: 'benchmark.yml', text: template('benchmark') }];
  expect(examineWorkflows(files, { action: null })).toContainEqual(
    expect.objectContaining({
      code: 'REPORT_MISSING',
      severity: 'warning',
      line: lineOf(files[0]?.text ?? '', '  pull_request:'),
    }),
  );
});

it('examineWorkflows() says of a called workflow that it can’t see into it', () => {
  const text = 'on: push\njobs:\n  gate:\n    uses: org/benchgate-gate/.github/workflows/gate.yml@v1\n';
  expect(one(text).map(({ code, line }) => [code, line])).toContainEqual(['NOT_VISIBLE', 4]);
});

it('examineWorkflows() has a guard keep out of the ledger, or write it unhindered', () => {
  const text = replaced(template('guard'), '          ledger-remote: none\n', '');
  expect(withFault('guard', text).map(({ code, severity, line }) => [code, severity, line])).toEqual([
    ['PERMISSION_MISSING', 'error', lineOf(text, '    permissions:\n      contents')],
    ['CANCELS_LEDGER', 'warning', lineOf(text, 'cancel-in-progress: true')],
  ]);
});

it.each([
  ['x', true, 'error CANCELS_LEDGER'],
  ['${{ github.ref }}', true, 'error CANCELS_LEDGER'],
  ['${{ github.sha }}', true, 'warning CANCELS_LEDGER'],
  ['${{ github.event.pull_request.number || github.run_id }}', true, 'warning CANCELS_LEDGER'],
  ['${{ github.event.pull_request.number || github.run_id }}', false, undefined],
  ['a-${{ github.run_id }}', true, undefined],
  ['${{ github.ref }}', "${{ github.event_name == 'pull_request' }}", 'warning DROPS_WAITING_RUNS'],
  ['${{ github.sha }}', false, undefined],
])('a job that writes the ledger in the group %s, cancelled: %s', (group, cancel, expected) => {
  const more = `permissions: write-all\nconcurrency: {group: "${group}", cancel-in-progress: "${cancel}"}\n`;
  const found = one(gate('[push, pull_request]', more)).find(({ code }) => /CANCELS|DROPS/.test(code));
  expect(found && `${found.severity} ${found.code}`).toBe(expected);
});

it('examineWorkflows() finds measuring after a workflow_run', () => {
  const text = replaced(template('benchmark-report'), 'command: report', 'command: nightly');
  expect(withFault('benchmark-report', text)).toContainEqual(
    expect.objectContaining({
      code: 'MEASURES_WITH_SECRETS',
      severity: 'error',
      line: lineOf(text, 'command: nightly'),
    }),
  );
});

it('examineWorkflows() reads anchors, and takes `on` for a word', () => {
  const text =
    'on: [push]\njobs:\n  a:\n    permissions: &p {contents: read}\n    steps: &s\n      - uses: benchgate/benchgate@v0\n        with: {check: false}\n  b:\n    permissions: *p\n    steps: *s\n';
  const missing = one(text).filter(({ code }) => code === 'PERMISSION_MISSING');
  expect(missing.map(({ line }) => line)).toEqual([4, 9]);
});

it('examineWorkflows() never throws, whatever the text', () => {
  const shard = fc.constantFrom(
    'on',
    ':',
    '\n',
    '  ',
    '- ',
    'jobs',
    'uses',
    'benchgate',
    '&a',
    '*a',
    '{',
    '}',
    '[',
    ']',
    '"',
    '${{',
    '__proto__',
    'if',
    'steps',
    '\0',
    '\t',
    '!x',
    '? ',
  );
  const text = fc.oneof(fc.string({ unit: shard, maxLength: 60 }), fc.string());
  const mutated = fc
    .tuple(fc.constantFrom(...templateNames), fc.nat(), fc.nat(40), fc.string({ unit: shard, maxLength: 5 }))
    .map(([name, at, length, put]) => {
      const whole = template(name);
      const start = at % whole.length;
      return whole.slice(0, start) + put + whole.slice(start + length);
    });
  fc.assert(
    fc.property(fc.oneof(text, mutated), (each) => {
      for (const { line } of examineWorkflows([{ path: 'w.yml', text: each }], { action: null, approvalLabel }))
        expect(line === null || line >= 1).toBe(true);
    }),
  );
});
