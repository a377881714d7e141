import { describe, expect, it } from 'vitest';
import { BenchgateError } from '../domain/errors.ts';
import { inputNames, inputVariable, readInputs } from './action-inputs.ts';

const messageOf = (environment: Record<string, string>): string => {
  try {
    readInputs(environment);
    return '';
  } catch (error) {
    return error instanceof BenchgateError ? `${error.exitCode} ${error.message}` : String(error);
  }
};

describe('readInputs()', () => {
  it('takes every input as the runner gives it, hyphens and all', () => {
    expect(inputVariable('github-token')).toBe('INPUT_GITHUB-TOKEN');
    const inputs = readInputs({
      INPUT_COMMAND: 'run',
      'INPUT_GITHUB-TOKEN': ' t ',
      INPUT_ONLY: 'one, two\nthree\n',
      'INPUT_TIME-BUDGET': '2.5',
      INPUT_SHARD: '2/5',
      INPUT_CHECK: 'false',
      'INPUT_ALLOW-DIRTY-PATHS': 'a b\n\nc,d\n',
    });
    expect(inputs).toMatchObject({
      command: 'run',
      githubToken: 't',
      only: ['one', 'two', 'three'],
      timeBudgetMinutes: 2.5,
      shard: '2/5',
      check: false,
      allowDirtyPaths: ['a b', 'c,d'],
    });
  });

  it('fills in what is empty or missing', () => {
    const empty = Object.fromEntries(inputNames.map((name) => [inputVariable(name), '']));
    expect(readInputs(empty)).toEqual(readInputs({}));
    expect(readInputs({})).toMatchObject({ command: 'gate', githubToken: null, comment: 'always', failOn: 'failure' });
  });

  it('names every wrong name and value at once', () => {
    const message = messageOf({
      INPUT_COMAND: 'gate',
      INPUT_COMMENT: 'Always',
      INPUT_CHECK: 'yes',
      'INPUT_FAIL-ON': 'regression',
      INPUT_SHARD: '2 of 5',
      'INPUT_TIME-BUDGET': '-1',
      INPUT_MANIFEST: 'other.toml',
    });
    expect(message).toMatch(/^64 the action's inputs have 7 problem/);
    for (const word of ['"comand"', 'comment', 'check', 'fail-on', 'shard', 'time-budget', 'manifest'])
      expect(message).toContain(word);
  });

  it('leaves the runner’s own variables of container actions alone', () => {
    expect(messageOf({ INPUT_ARGS: 'x', INPUT_ENTRYPOINT: 'y' })).toBe('');
  });
});
