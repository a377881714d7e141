import { afterEach, expect, test, vi } from 'vitest';
import ClosingLineReporter from './closing-line-reporter.mjs';

const group = (errors) => ({ errors: () => Array(errors).fill({ message: 'broken' }) });

function run(states, { brokenModule = 0, brokenSuite = 0, unhandled = [], all = '' } = {}) {
  const module = { ...group(brokenModule), relativeModuleId: 'a.test.ts' };
  const tests = states.map((state, index) => ({
    module,
    fullName: `case ${index}`,
    options: state === 'todo' ? { mode: 'todo' } : {},
    result: () => ({ state: state === 'todo' ? 'skipped' : state }),
  }));
  module.children = { allTests: () => tests, allSuites: () => [group(brokenSuite)] };
  vi.stubEnv('BENCHGATE_REQUIRE_ALL', all);
  let text = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((part) => (text += part) !== '');
  const exitCode = process.exitCode;
  new ClosingLineReporter().onTestRunEnd([module], unhandled);
  const failed = process.exitCode === 1 && exitCode !== 1;
  process.exitCode = exitCode;
  write.mockRestore();
  return { lines: text.trimEnd().split('\n'), failed };
}

afterEach(() => {
  vi.unstubAllEnvs();
});

test('the closing line counts every test', () => {
  const { lines, failed } = run(['passed', 'passed', 'failed', 'skipped', 'todo', 'pending']);
  expect(lines).toEqual(['2 passed, 1 failed, 3 skipped']);
  expect(failed).toBe(false);
});

test('what breaks outside a test counts as failed', () => {
  const { lines } = run(['passed'], { brokenModule: 1, brokenSuite: 1, unhandled: [{}] });
  expect(lines).toEqual(['1 passed, 3 failed, 0 skipped']);
});

test('where all tests are required, one that was not run fails the run and is named', () => {
  const { lines, failed } = run(['passed', 'skipped', 'todo'], { all: '1' });
  expect(lines.slice(0, 2)).toEqual(['not run (skipped): a.test.ts > case 1', 'not run (todo): a.test.ts > case 2']);
  expect(lines.at(-1)).toBe('1 passed, 0 failed, 2 skipped');
  expect(failed).toBe(true);
});

test('where all tests are required, none at all is a failure too', () => {
  expect(run([], { all: '1' }).failed).toBe(true);
  expect(run(['passed'], { all: '1' }).failed).toBe(false);
});
