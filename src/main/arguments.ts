import { parseArgs } from 'node:util';
import { UsageError } from '../domain/errors.ts';
import type { CommandSpec, OptionSpec } from './command.ts';
import { commands } from './commands.ts';
import { everywhere, projectOptions } from './options.ts';

export interface ParsedArguments {
  readonly command: CommandSpec;
  readonly values: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;
  readonly positionals: readonly string[];
}

/** The command that the words name, or null when they name none (then the overview is shown). Throws USAGE (64). */
export function parseCommandLine(words: readonly string[]): ParsedArguments | null {
  const [first, second] = words;
  if (first === undefined || first === '--help' || first === '-h' || first === 'help') return null;
  const named = first === '--version' || first === '-V' ? 'version' : first;
  const command =
    commands.find((candidate) => candidate.name === `${named} ${second ?? ''}`) ??
    commands.find((candidate) => candidate.name === named);
  if (command === undefined) {
    const group = commands
      .filter((candidate) => candidate.name.startsWith(`${named} `))
      .map((candidate) => candidate.name);
    throw new UsageError(
      'USAGE',
      group.length > 0 ? `\`${named}\` needs a second word` : `no command is named ${JSON.stringify(named)}`,
      {
        nextStep: group.length > 0 ? `say one of: ${group.join(', ')}` : 'run `benchgate --help`',
      },
    );
  }
  const rest = words.slice(command.name.split(' ').length);
  const options = [...command.options, ...(command.usesProject ? projectOptions : []), ...everywhere];
  const { values, positionals } = parse(rest, options, command);
  const [least, most] = command.arity;
  if (values['help'] !== true && (positionals.length < least || positionals.length > most)) {
    throw new UsageError(
      'USAGE',
      `\`${command.name}\` takes ${command.positionals === '' ? 'no arguments' : command.positionals}, not ${positionals.length}`,
      {
        nextStep: `run \`benchgate ${command.name} --help\``,
      },
    );
  }
  return { command, values, positionals };
}

function parse(words: readonly string[], options: readonly OptionSpec[], command: CommandSpec) {
  const entries = options.map(
    (option) =>
      [
        option.name,
        { type: option.kind === 'flag' ? ('boolean' as const) : ('string' as const), multiple: option.kind === 'many' },
      ] as const,
  );
  const config = { ...Object.fromEntries(entries), help: { type: 'boolean' as const, short: 'h', multiple: false } };
  try {
    return parseArgs({ args: [...words], options: config, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(
      'USAGE',
      error instanceof Error ? (error.message.split('. To specify')[0] ?? error.message) : String(error),
      {
        nextStep: `run \`benchgate ${command.name} --help\``,
        cause: error,
      },
    );
  }
}
