import type { Project, ProjectOptions } from '../app/project.ts';
import type { World } from '../app/world.ts';

export interface OptionSpec {
  readonly name: string;
  /** `flag` takes no value; `many` may be given several times. */
  readonly kind: 'flag' | 'text' | 'count' | 'seed' | 'many';
  /** What the value is called in the help; not for flags. */
  readonly value?: string;
  readonly help: string;
}

export interface CommandResult {
  readonly exitCode: number;
  /** Printed on stdout with --json. */
  readonly json: unknown;
  /** For a person: stdout, or stderr with --json. Ends with a newline unless empty. */
  readonly text: string;
}

export interface CommandContext {
  readonly world: World;
  readonly project: ProjectOptions;
  /** Opens the project that the options name. */
  readonly open: () => Promise<Project>;
  readonly positionals: readonly string[];
  readonly flag: (name: string) => boolean;
  readonly text: (name: string) => string | null;
  /** Every value of an option that may be given several times. */
  readonly texts: (name: string) => readonly string[];
  /** A whole number of at least 0. */
  readonly count: (name: string) => number | null;
  /** A whole number below 2^63 in decimal. */
  readonly seed: (name: string) => bigint | null;
}

export interface CommandSpec {
  /** One or two words, as typed. */
  readonly name: string;
  readonly summary: string;
  /** How positional arguments are written in the help; empty when it takes none. */
  readonly positionals: string;
  /** Least and most positional arguments. */
  readonly arity: readonly [number, number];
  readonly options: readonly OptionSpec[];
  /** Whether the options about project and ledger apply. */
  readonly usesProject: boolean;
  readonly examples: readonly (readonly [string, string])[];
  /** More to say below the options. */
  readonly details?: string;
  readonly load: () => Promise<(context: CommandContext) => Promise<CommandResult>>;
}
