import type { CommandSpec, OptionSpec } from './command.ts';
import { commands } from './commands.ts';
import { everywhere, projectOptions } from './options.ts';

const codes = `Exit codes
  0  PASS, PROMOTE: shown good enough, or better        64  usage or manifest
  1  FAIL, REJECT: shown worse, or no improvement       65  integrity: dirty tree, corpus, ledger, INVALID
  2  not known yet, or a repetition failed              69  git, disk, remote or a tool is missing
  3  a verdict this version does not know               70  a bug
  4  --expect not met                                  130  interrupted`;

/** The page of \`benchgate --help\`. */
export function overview(version: string): string {
  const width = Math.max(...commands.map((command) => command.name.length));
  const list = commands.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`).join('\n');
  return `benchgate ${version}: is the candidate still good enough?

Usage: benchgate COMMAND [OPTIONS]

Commands
${list}

\`benchgate COMMAND --help\` shows options and examples.

${codes}
`;
}

/** The page of one command. */
export function commandHelp(command: CommandSpec): string {
  const options = [...command.options, ...(command.usesProject ? projectOptions : []), ...everywhere];
  const usage = ['benchgate', command.name, command.positionals, '[OPTIONS]'].filter((part) => part !== '').join(' ');
  const examples = command.examples.map(([line, what]) => `  ${line}\n      ${what}`).join('\n');
  return `${usage}

${command.summary}

Options
${describe(options)}

Examples
${examples}
${command.details === undefined ? '' : `\n${command.details}\n`}
${codes}
`;
}

function describe(options: readonly OptionSpec[]): string {
  const heads = options.map((option) => `--${option.name}${option.value === undefined ? '' : ` ${option.value}`}`);
  const width = Math.min(30, Math.max(...heads.map((head) => head.length)));
  return options
    .map((option, index) => {
      const head = heads[index] ?? '';
      return head.length > width
        ? `  ${head}\n  ${' '.repeat(width)}  ${option.help}`
        : `  ${head.padEnd(width)}  ${option.help}`;
    })
    .join('\n');
}
