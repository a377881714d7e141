import * as z from 'zod/mini';
import { benchmarkShape } from './benchmark-shape.ts';
import { exactNumber, exactText, exactTruth } from './coerce.ts';
import { defaults } from './defaults.ts';
import { choice, filledText, filledTexts, gitName, name, optional, plain, text } from './fields.ts';

/** Returns the keys of `[project]`. */
function projectShape() {
  return {
    name: name({ title: 'Project name', description: 'Names the project in the ledger and in reports.' }),
    language: text({
      title: 'Language',
      description: 'Informational. Required unless every benchmark has its own `command`.',
    }),
    invocation: text({
      title: 'Invocation',
      description:
        'Shell template that runs one benchmark, with {entry_point}, {config_path} and {output_path}; other braces ' +
        'are doubled. Required unless every benchmark has its own `command`.',
    }),
    setup: filledText({ title: 'Setup', description: 'Shell command that builds the project, run once per revision.' }),
    allow_dirty_paths: filledTexts({
      title: 'Paths that may be dirty',
      description: 'Changes here do not make the work tree dirty.',
      default: [],
    }),
    harness_paths: filledTexts({
      title: 'Harness paths',
      description: 'What judges rather than what is judged. Part of the rule that evidence is kept under.',
      default: defaults.harnessPaths,
    }),
    writable_paths: filledTexts({
      title: 'Writable paths',
      description: 'Paths outside the work tree that measured code may write, such as caches; `~` is the home folder.',
      default: [],
    }),
  };
}

/** Returns the keys of `[ledger]`. */
function ledgerShape() {
  return {
    branch: gitName({ title: 'Branch', description: 'Orphan branch that holds the ledger. Default: bench-data.' }),
    remote: gitName({ title: 'Remote', description: 'Git remote that the ledger is synchronised with.' }),
  };
}

function openConclusion(kind: string) {
  return choice(['neutral', 'failure'], {
    title: `Conclusion of ${kind}`,
    description: `Whether ${kind} leaves the run neutral or fails it.`,
    default: 'neutral',
  });
}

/** Returns the keys of `[policy]`. */
function policyShape() {
  return {
    time_budget_minutes: optional(exactNumber, () => z.number().check(z.gt(0, 'must be greater than 0')), {
      title: 'Time budget',
      description: 'Minutes after setup from which a run ends in an orderly way; what is missing is NEEDS_MORE_DATA.',
    }),
    needs_more_data: openConclusion('NEEDS_MORE_DATA'),
    no_baseline: openConclusion('NO_BASELINE'),
    no_reference: openConclusion('NO_REFERENCE'),
    skipped: openConclusion('SKIPPED'),
    forks: choice(['claimed', 'trusted'], {
      title: 'Pull requests from forks',
      description: 'A PASS that a fork’s own job claims is neutral (claimed) or counts as one (trusted).',
      default: 'claimed',
    }),
    gate_change: optional(
      exactText,
      () => z.string().check(z.regex(/^label:\S(?:.{0,98}\S)?$/, 'must be `label:` and the name of a label')),
      {
        title: 'Approval of gate edits',
        description: 'Label that has a change judged by the rules it brings, such as label:bench-approved.',
      },
    ),
    auto_promote: plain(exactTruth, () => z.boolean(), {
      title: 'Promote by itself',
      description: 'A PROMOTE on the default branch moves the baseline.',
      default: false,
    }),
  };
}

function buildShapes() {
  return { project: projectShape(), benchmark: benchmarkShape(), ledger: ledgerShape(), policy: policyShape() };
}

export type ManifestShapes = ReturnType<typeof buildShapes>;

let built: ManifestShapes | undefined;

/** Returns the keys of every table of the manifest. Made at the first call: importing this file costs nothing. */
export function manifestShapes(): ManifestShapes {
  built ??= buildShapes();
  return built;
}
