import { resolve } from 'node:path';
import { openProject, type ProjectOptions } from '../app/project.ts';
import type { World } from '../app/world.ts';
import { UsageError } from '../domain/errors.ts';
import type { ParsedArguments } from './arguments.ts';
import type { CommandContext } from './command.ts';

/** Typed access to what was typed. The accessors throw USAGE (64) for values of the wrong form. */
export function createContext(world: World, parsed: ParsedArguments, workingDirectory: string): CommandContext {
  const text = (name: string): string | null => {
    const value = parsed.values[name];
    return typeof value === 'string' ? value : null;
  };
  const number = (name: string, pattern: RegExp, what: string): string | null => {
    const value = text(name);
    if (value === null || pattern.test(value)) return value;
    throw new UsageError('USAGE', `--${name} must be ${what}, not ${JSON.stringify(value)}`, {
      place: `--${name}`,
      nextStep: `run \`benchgate ${parsed.command.name} --help\``,
    });
  };
  const ledgerDirectory = text('ledger-dir');
  const project: ProjectOptions = {
    directory: resolve(workingDirectory, text('project') ?? '.'),
    ledgerBranch: text('ledger-branch'),
    ledgerRemote: text('ledger-remote'),
    ledgerDirectory: ledgerDirectory === null ? null : resolve(workingDirectory, ledgerDirectory),
    offline: parsed.values['offline'] === true,
  };
  return {
    world,
    project,
    open: () => openProject(world, project),
    positionals: parsed.positionals,
    flag: (name) => parsed.values[name] === true,
    text,
    texts(name) {
      const value = parsed.values[name];
      return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
    },
    count(name) {
      const value = number(name, /^\d{1,9}$/, 'a whole number');
      return value === null ? null : Number(value);
    },
    seed(name) {
      const value = number(name, /^\d{1,19}$/, 'a whole number below 2^63');
      if (value === null) return null;
      const seed = BigInt(value);
      if (seed < 2n ** 63n) return seed;
      throw new UsageError('USAGE', `--${name} must be below 2^63`, {
        place: `--${name}`,
        nextStep: 'choose a smaller number',
      });
    },
  };
}
