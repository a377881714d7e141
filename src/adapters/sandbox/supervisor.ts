import { isWithin } from './mounts.ts';

export interface SupervisorOptions {
  readonly command: string;
  readonly projectDirectory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly stdoutPath: string;
  readonly stderrPath: string;
  /** Folders that must look the same after a run as before the first one. */
  readonly privateFolders: readonly string[];
  /** Put before `/bin/sh`; gives up what the supervisor has and the command must not have. */
  readonly prefix: readonly string[];
}

/** Shells treat these specially or refuse to set them; they reach the command through env(1). */
const unsettable = /^(?:BASHOPTS|BASH_VERSINFO|EUID|UID|PPID|SHELLOPTS|OPTIND|IFS|LINENO|_)$/;

/** Quotes text for a POSIX shell. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function launchLine(options: SupervisorOptions): string {
  const settable = (name: string) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !unsettable.test(name);
  const entries = Object.entries(options.environment);
  const exports = entries.filter(([name]) => settable(name)).map(([name, value]) => `${name}=${quoted(value)}`);
  const rest = entries.filter(([name]) => !settable(name)).map(([name, value]) => quoted(`${name}=${value}`));
  const program = [...options.prefix, ...(rest.length === 0 ? [] : ['/usr/bin/env', ...rest]), '/bin/sh', '-c'];
  return [
    `cd ${quoted(options.projectDirectory)} || exit 127`,
    'unset OLDPWD',
    ...(exports.length === 0 ? [] : [`export ${exports.join(' ')}`]),
    `exec ${program.join(' ')} ${quoted(options.command)}`,
  ].join('\n');
}

/**
 * The script of the sandbox's first process. It answers each line on its stdin with `end STATUS` and then `clean` or
 * `dirty`; dirty means that processes or files of the run could not be got rid of and the sandbox must be replaced.
 *
 * The kernel keeps signals that have no handler from a namespace's first process, but shells have handlers of their own;
 * with a trap that does nothing the command can't end the supervisor, and does not inherit the trap either.
 *
 * The command runs in the foreground: a shell's background children have SIGINT and SIGQUIT ignored for good. The
 * environment is set only for the command, so that LD_PRELOAD and its like never act on the supervisor or on bwrap.
 */
export function supervisorScript(options: SupervisorOptions): string {
  const globs = options.privateFolders
    .filter((folder) => !isWithin(folder, '/proc'))
    .map((folder) => `${quoted(folder)}/* ${quoted(folder)}/.*`)
    .join(' ');
  return `[ "$$" = 1 ] || exit 70
trap : 1 2 3 4 5 6 7 8 10 11 12 13 14 15 16 24 25 26 27 31
look() {
  set -- ${globs}
  seen=$*
}
exec 2>/dev/null
look
first=$seen
echo ready
while read -r line; do
(
${launchLine(options)}
) </dev/null >${quoted(options.stdoutPath)} 2>${quoted(options.stderrPath)}
echo "end $?"
state=clean
if kill -9 -1; then
  state=dirty
  for attempt in 1 2 3 4 5 6 7 8; do
    ( : )
    kill -0 -1 || { state=clean; break; }
  done
fi
if [ $state = clean ]; then
  look
  [ "$seen" = "$first" ] || state=dirty
fi
echo $state
done
`;
}

/**
 * The script as arguments for `sh`, in pieces: Linux limits one argument to 128 KiB, and a command with a large
 * environment may exceed that.
 */
export function supervisorArguments(script: string): string[] {
  const pieces = script.match(/[^]{1,20000}/gu) ?? [];
  return ['-c', 'IFS=; script=$*; unset IFS; set --; eval "$script"', 'benchgate', ...pieces];
}
