// What GitHub's runner takes for a command in a line of stdout or stderr (actions/runner, ActionCommand.cs):
// `::name properties::message` after leading white space, and `##[name properties]message` anywhere. After
// `::stop-commands::TOKEN` it obeys nothing but `::TOKEN::`. Lines end at \n, \r\n or a lone \r.

const unseen =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

function shown(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/**
 * Text in which the runner finds no command, line by line, and a reader no character that is not to be seen. Characters
 * become escapes such as `\u003a`; line feeds and tabs stay.
 */
export function harmless(text: string): string {
  return text
    .replace(/\r\n/g, '\n')
    .replace(unseen, shown)
    .replace(/^([^\S\n]*):(?=:)/gm, '$1\\u003a')
    .replaceAll('##[', '#\\u0023[');
}

/** As @actions/core escapes a command's message. */
export function escapeMessage(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

/** As @actions/core escapes the value of a command's property. */
export function escapeProperty(text: string): string {
  return escapeMessage(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

export interface RunnerCommand {
  readonly name: 'error' | 'warning' | 'notice' | 'add-mask';
  /** Empty ones are left out. */
  readonly properties: readonly (readonly [name: string, value: string])[];
  readonly message: string;
}

function commandLine({ name, properties, message }: RunnerCommand): string {
  const given = properties.filter(([, value]) => value !== '');
  const list = given.map(([key, value]) => `${key}=${escapeProperty(value)}`).join(',');
  return `::${name}${list === '' ? '' : ` ${list}`}::${escapeMessage(message)}\n`;
}

export interface RunnerLog {
  readonly text: (text: string) => void;
  readonly commands: (commands: readonly RunnerCommand[]) => void;
}

export interface RunnerLogOptions {
  readonly write: (text: string) => unknown;
  /** Nobody who writes into the log may guess it. */
  readonly randomToken: () => string;
}

/**
 * A log in which the runner obeys our own commands and nothing else. It is closed to commands at once; commands open it
 * and close it again, in one write and with a token that was never used before. What comes last is an open stop: the
 * runner forgets it with the step.
 */
export function createRunnerLog({ write, randomToken }: RunnerLogOptions): RunnerLog {
  let token = randomToken();
  write(`::stop-commands::${token}\n`);
  return {
    text: (text) => {
      const lines = harmless(text);
      if (lines !== '') write(lines.endsWith('\n') ? lines : `${lines}\n`);
    },
    commands: (commands) => {
      if (commands.length === 0) return;
      const next = randomToken();
      write(`::${token}::\n${commands.map(commandLine).join('')}::stop-commands::${next}\n`);
      token = next;
    },
  };
}
