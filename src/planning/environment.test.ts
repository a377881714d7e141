import fc from 'fast-check';
import { expect, it } from 'vitest';
import { measuredEnvironment } from './environment.ts';

const harmless = {
  PATH: '/bin',
  HOME: '/h',
  LANG: 'C',
  LC_ALL: 'C',
  JAVA_HOME: '/j',
  GOPATH: '/g',
  OMP_NUM_THREADS: '2',
};
const secrets = {
  GITHUB_TOKEN: 't',
  GITHUB_ENV: '/e',
  ACTIONS_RUNTIME_TOKEN: 't',
  ACTIONS_ID_TOKEN_REQUEST_URL: 'u',
  INPUT_TOKEN: 't',
  OPENAI_API_KEY: 'k',
  ANTHROPIC_API_KEY: 'k',
  AWS_SECRET_ACCESS_KEY: 'k',
  NPM_TOKEN: 't',
  NODE_AUTH_TOKEN: 't',
  SSH_AUTH_SOCK: '/s',
  GIT_ASKPASS: '/a',
  BENCHGATE_LEDGER: '/l',
  NODE_OPTIONS: '--require /x',
  LD_PRELOAD: '/x',
  DYLD_INSERT_LIBRARIES: '/x',
  BASH_ENV: '/x',
  LC_SECRET_2: 'x',
  path: '/lower',
  ' PATH': 'x',
};

it('measuredEnvironment() passes the fixed list and withholds every secret, by name and sorted', () => {
  const { variables, withheld } = measuredEnvironment({ ...secrets, ...harmless, UNSET: undefined }, []);
  expect(variables).toEqual(harmless);
  expect(withheld).toEqual(Object.keys(secrets).sort());
});

it('measuredEnvironment() passes what the manifest names, and nothing for a name that is not set', () => {
  const { variables, withheld } = measuredEnvironment(secrets, ['OPENAI_API_KEY', 'NOT_SET', 'constructor']);
  expect(variables).toEqual({ OPENAI_API_KEY: 'k' });
  expect(withheld).not.toContain('OPENAI_API_KEY');
  expect(withheld).toHaveLength(Object.keys(secrets).length - 1);
});

it('measuredEnvironment() puts every variable on exactly one side and changes no value', () => {
  const names = fc.oneof(fc.constantFrom('PATH', 'LC_TIME', 'GITHUB_TOKEN', '__proto__', 'toString'), fc.string());
  fc.assert(
    fc.property(fc.dictionary(names, fc.string()), fc.array(names), (environment, named) => {
      const { variables, withheld } = measuredEnvironment(environment, named);
      expect([...Object.keys(variables), ...withheld].sort()).toEqual(Object.keys(environment).sort());
      for (const [name, value] of Object.entries(variables)) expect(environment[name]).toBe(value);
      for (const name of withheld) expect(named).not.toContain(name);
    }),
  );
});
