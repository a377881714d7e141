import { expect, it } from 'vitest';
import { approvalLabel, lineOf, template } from '../../fixtures/workflow-faults.ts';
import { examineWorkflows } from './examine.ts';

const one = (text: string) => examineWorkflows([{ path: 'w.yml', text }], { action: null });
const gate = (on: string, more = '', inputs = '') =>
  `on: ${on}\n${more}jobs:\n  gate:\n    runs-on: ubuntu-24.04\n    steps:\n      - uses: actions/checkout@v6\n        with: {persist-credentials: false, fetch-depth: 0}\n      - uses: benchgate/benchgate@v0\n${inputs}`;

it('examineWorkflows() finds a report after a workflow with a single gate, whose forks would all be INVALID', () => {
  const files = (measuring: string) => [
    { path: 'a.yml', text: `name: benchgate\n${measuring}` },
    { path: 'b.yml', text: template('benchmark-report') },
  ];
  const codes = (measuring: string) =>
    examineWorkflows(files(measuring), { action: null })
      .filter(({ path, severity }) => path === 'b.yml' && severity !== 'note')
      .map(({ code, line }) => [code, line]);
  const line = lineOf(template('benchmark-report'), 'workflows: [');
  expect(codes(gate('pull_request'))).toEqual([['REPORT_WITHOUT_BUNDLES', line]]);
  expect(codes(gate('pull_request', '', '        with: {command: run}\n'))).toEqual([]);
  expect(codes(gate('pull_request', '', '        with: {command: "${{ vars.COMMAND }}"}\n'))).toEqual([]);
  expect(codes(gate('pull_request', '', '      - run: npx benchgate run --bundle out\n'))).toEqual([]);
  expect(codes(gate('push'))).toEqual([]);
  const onPush = "        if: ${{ github.event_name == 'push' }}\n        with: {command: run}\n";
  expect(codes(gate('[push, pull_request]', '', onPush))).toEqual([['REPORT_WITHOUT_BUNDLES', line]]);
});

it.each([
  ['push', 'push', true],
  ['[push, pull_request]', 'pull_request', true],
  ['push', 'pull_request', false],
  ['workflow_dispatch', 'workflow_dispatch', false],
  ['{push: {branches: [main]}}', '{push: {branches: [next]}}', false],
  ['{push: {branches: [main, next]}}', '{push: {branches: [next]}}', true],
  ['{push: {branches: ["**"]}}', '{push: {branches: [next]}}', true],
  ['{pull_request: {types: [opened]}}', '{pull_request: {types: [labeled]}}', false],
])('two workflows of one name write the check Benchgate on %s and %s', (first, second, isFound) => {
  const text = (on: string) => `name: same\n${gate(on)}`;
  const files = [first, second].map((on, index) => ({ path: `${index}.yml`, text: text(on) }));
  const found = (given: typeof files) =>
    examineWorkflows(given, { action: null }).filter(({ code }) => code === 'DUPLICATE_CHECK');
  expect(found(files).map(({ path, severity }) => [path, severity])).toEqual(isFound ? [['1.yml', 'error']] : []);
  const named = (file: string) => `${file}        with: {check-name: Mine}\n`;
  expect(found(files.map((file, index) => (index === 0 ? { ...file, text: named(file.text) } : file)))).toEqual([]);
});

it('examineWorkflows() finds two steps of a workflow that write one check, unless a condition keeps them apart', () => {
  const more = (condition: string) =>
    `      - uses: benchgate/benchgate@v0\n${condition}        with: {project-dir: b}\n`;
  const lines = (text: string) => one(text).flatMap(({ code, line }) => (code === 'DUPLICATE_CHECK' ? [line] : []));
  expect(lines(gate('push', '', more('')))).toEqual([9]);
  expect(lines(gate('push', '', more('        if: ${{ failure() }}\n')))).toEqual([]);
});

it.each([
  ["github.event.label.name == 'Bench-Approved'", true],
  ["github.event.label.name == 'bench'", false],
  ["github.event.action != 'labeled' || contains(github.event.label.name, 'approved')", true],
  ['contains(fromJSON(\'["go", "bench-approved"]\'), github.event.label.name)', true],
  ['contains(fromJSON(\'["go"]\'), github.event.label.name)', false],
  ["!startsWith(github.event.label.name, 'docs')", true],
  ["github.event.action != 'labeled'", false],
  ["contains(github.event.pull_request.labels.*.name, 'anything')", true],
])('the label bench-approved and the condition %s', (condition, isHeard) => {
  const text = gate('{pull_request: {types: [labeled]}}').replace(
    'runs-on',
    `if: ${JSON.stringify(condition)}\n    runs-on`,
  );
  const examined = (label: string | null) =>
    examineWorkflows([{ path: 'w.yml', text }], { action: null, approvalLabel: label }).map(({ code }) => code);
  expect(examined(approvalLabel).includes('LABEL_IGNORED')).toBe(!isHeard);
  expect(examined(null)).not.toContain('LABEL_IGNORED');
});

it('examineWorkflows() never shows a token that stands in a workflow', () => {
  const text = gate('push', '', '        with: {ledger-token: ghp_secret, github-token: ""}\n');
  expect(one(text).filter(({ code }) => code === 'TOKEN_LITERAL')).toMatchObject([{ severity: 'error', line: 9 }]);
  expect(JSON.stringify(one(text))).not.toContain('ghp_secret');
});

it.each([
  ['npx benchgate gate', true],
  ['npm ci && npx --yes benchgate@1.2.3 gate --json', true],
  ['./node_modules/.bin/benchgate "gate"', true],
  ['cd benchgate\nnpm test', false],
  ['echo unbenchgate gate', false],
])('examineWorkflows() takes the script %j for a use of the command line: %s', (script, isUse) => {
  const text = `on: push\njobs:\n  a:\n    steps:\n      - run: ${JSON.stringify(script)}\n`;
  const expected = isUse ? ['COMMAND_LINE_USE', 5] : ['NO_WORKFLOW', null];
  expect(one(text).map(({ code, line }) => [code, line])).toEqual([expected]);
});

it.each([
  ['me/gate@v1', 'fail-on: undecided', 'me/gate@v1'],
  ['./', 'command: run, artifact-dir: out', './'],
  ['./.action', 'command: gate, time-budget: 5', './'],
  ['actions/cache@v4', 'path: x', null],
  ['other/tool@v1', 'command: run', null],
])('examineWorkflows() names the action %s given {%s}: --action %s', (uses, inputs, told) => {
  const text = `on: push\njobs:\n  a:\n    steps:\n      - uses: ${uses}\n        with: {${inputs}}\n`;
  const expected =
    told === null
      ? { code: 'NO_WORKFLOW', severity: 'note' }
      : { code: 'ACTION_UNKNOWN', line: 5, nextStep: `run \`benchgate doctor --action ${told}\`` };
  expect(one(text)).toMatchObject([expected]);
});
