import { UsageError } from '../domain/errors.ts';
import type { Revision } from '../domain/provenance.ts';
import type { Settlement } from '../judging/settle.ts';
import type { Benchmark, Manifest } from '../manifest/manifest.ts';
import { ruleDigest } from '../manifest/rule.ts';
import type { GateChange, Origin } from '../report/view.ts';
import { harnessPaths, workflowFiles } from './harness.ts';
import { joinPath } from './paths.ts';
import { ledgerOf, manifestPath, type Project, type ProjectOptions, parseManifest } from './project.ts';
import type { World } from './world.ts';

/**
 * By whose rules a revision is judged. `base`: what is judged never decides how it is judged (DESIGN §10): manifest, policy,
 * harness and corpora come from the revision that the change started from, for both arms.
 */
export type RulesRequest =
  | { readonly from: 'head' }
  | {
      readonly from: 'base';
      readonly ledger: ProjectOptions;
      /** Labels of the pull request; null when they could not be read. */
      readonly labels: readonly string[] | null;
      /** Those of them that were given to the very head that is judged: one from before a push approved something else. */
      readonly freshLabels: readonly string[];
      /** Whether a label can approve what the change brings: never a fork's, nor where a run is reported on afterwards. */
      readonly takesLabels: boolean;
      /** Workflow file of this very run, relative to the repository's top. */
      readonly workflowPath: string | null;
      /**
       * Commits between which the change edits its gate, where the measured commit is a stranger's own and so can't tell;
       * otherwise base and head.
       */
      readonly edited?: { readonly from: string; readonly to: string };
    };

export interface Rules {
  readonly from: 'base' | 'head';
  /** Commit whose manifest decides; null for the work tree's. */
  readonly revision: string | null;
  /** The project with the manifest, policy and ledger that decide. */
  readonly project: Project;
  /** What is checked out for the candidate: the head, with the base's harness where the head edits it. */
  readonly candidate: Revision;
  /** What is checked out for the baseline; with approved new rules the base with the head's harness. Null without a base. */
  readonly baseline: Revision | null;
  /** Manifest of the baseline's checkout where it is not the one in it: with approved new rules the base's own. */
  readonly baselineManifest: Manifest | null;
  /** Whether the candidate is the work tree itself; a checkout like the base's otherwise. */
  readonly inPlace: boolean;
  /** Tree of `candidate` where it is not the head's own. Part of every rule digest. */
  readonly measuredTree: string | null;
  /** The head's own manifest, for its setup, invocation and entry points; null when it has none that can be read. */
  readonly headManifest: Manifest | null;
  readonly change: GateChange | null;
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** The base has no manifest: there are no rules yet that could judge. */
  readonly introduced: boolean;
  /**
   * Paths of the repository, relative to its top, that judge a change: read-only while trials run, or one would choose the
   * harness of the next. Empty where the work tree goes by its own rules.
   */
  readonly harness: readonly string[];
}

const diffCharacters = 20_000;

/** Where the manifest lies, relative to the repository's top. */
export function manifestPlace({ pathInRepository }: Project): string {
  return joinPath('/', pathInRepository, manifestPath).slice(1);
}

/** The rules of the work tree itself. */
export function ownRules(project: Project, head: Revision, base: Revision | null): Rules {
  return {
    from: 'head',
    revision: null,
    project,
    candidate: head,
    baseline: base,
    baselineManifest: null,
    inPlace: true,
    measuredTree: null,
    headManifest: project.manifest,
    change: null,
    added: [],
    removed: [],
    introduced: false,
    harness: [],
  };
}

/**
 * Settles the rules for a head and its base. Throws MANIFEST_INVALID (64) when the base's manifest can't be read or its
 * harness paths leave the project.
 */
export async function resolveRules(
  world: World,
  project: Project,
  head: Revision,
  base: Revision | null,
  request: RulesRequest,
): Promise<Rules> {
  if (request.from === 'head' || base === null) return ownRules(project, head, base);
  const { repository } = project;
  const place = manifestPlace(project);
  const text = await repository.fileAt(base.sha, place);
  if (text === null) return introducedRules(project, head, base, request);
  const { manifest, warnings } = parseManifest(text, `${base.sha.slice(0, 10)}:${place}`);
  const headManifest = await manifestAt(project, head, place);
  const paths = harnessPaths(project, manifest, place);
  const { from, to } = request.edited ?? { from: base.sha, to: head.sha };
  const workflows = await workflowFiles(project, [from, to], request.workflowPath);
  const edits = await repository.changes(from, to, [...paths, ...workflows], diffCharacters);
  const notes = manifestNotes(world, manifest, headManifest);
  const names = (each: Manifest | null) => (each?.benchmarks ?? []).map(({ name }) => name);
  const compared = {
    headManifest,
    added: names(headManifest).filter((name) => !names(manifest).includes(name)),
    removed: names(manifest).filter((name) => !names(headManifest).includes(name)),
    introduced: false,
  };
  const isEdited = edits.paths.length > 0;
  const approval = approvalOf(manifest, request);
  const change = (judgedBy: 'base' | 'head'): GateChange | null =>
    isEdited ? { judgedBy, ...approval, paths: edits.paths, notes, diff: edits.diff } : null;
  if (isEdited && approval.approval !== null && headManifest !== null) {
    const own = ownRules(project, head, base);
    const harness = harnessPaths(project, headManifest, place);
    const baseline = await repository.graft(base, head.sha, harness);
    const built = { baseline, baselineManifest: armManifest(manifest, headManifest), inPlace: false };
    const approved = { revision: head.sha, measuredTree: head.tree, change: change('head'), harness };
    return { ...own, ...compared, ...built, ...approved };
  }
  const candidate = await repository.graft(head, base.sha, paths);
  const ledgers = await ledgerOf(world, request.ledger, repository, manifest);
  const manifestHash = `sha256:${world.sha256(text)}`;
  return {
    from: 'base',
    revision: base.sha,
    project: { ...project, manifest, manifestHash, manifestWarnings: warnings, ...ledgers },
    candidate,
    baseline: base,
    baselineManifest: null,
    inPlace: false,
    measuredTree: candidate.tree === head.tree ? null : candidate.tree,
    change: change('base'),
    harness: paths,
    ...compared,
  };
}

/**
 * The base has no manifest in this place: nothing there can judge, so nothing is judged. Workflows that the base has and the
 * change edits are shown: they might have pointed at another project.
 */
async function introducedRules(
  project: Project,
  head: Revision,
  base: Revision,
  { edited, workflowPath }: Extract<RulesRequest, { from: 'base' }>,
): Promise<Rules> {
  const { from, to } = edited ?? { from: base.sha, to: head.sha };
  const workflows = await workflowFiles(project, [from], workflowPath);
  const known = await project.repository.filesBelow(from, '.github/workflows');
  const before = workflows.filter((path) => known.includes(path));
  const { paths, diff } = await project.repository.changes(from, to, before, diffCharacters);
  const change: GateChange = {
    judgedBy: 'base',
    approval: null,
    howToApprove:
      'a maintainer looks at the workflows, which this change points at a project that the base does not have',
    paths,
    notes: [],
    diff,
  };
  return { ...ownRules(project, head, null), introduced: true, change: paths.length === 0 ? null : change };
}

/** What the candidate's checkout goes by. */
export function candidateManifest({ project, headManifest }: Rules): Manifest {
  return headManifest === null ? project.manifest : armManifest(headManifest, project.manifest);
}

/**
 * What a side's checkout goes by: its own setup, invocation and entry points, and the deciding manifest's commands and writable
 * paths, which a change must not choose for itself.
 */
function armManifest(own: Manifest, deciding: Manifest): Manifest {
  if (own === deciding) return own;
  const decided = new Map(deciding.benchmarks.map((benchmark) => [benchmark.name, benchmark]));
  return {
    ...own,
    project: { ...own.project, writablePaths: deciding.project.writablePaths },
    benchmarks: own.benchmarks.map((each) =>
      each.runner.kind === 'command' ? (decided.get(each.name) ?? each) : each,
    ),
  };
}

/** What a verdict has to take into account besides the evidence. `chosen`: the benchmarks that were asked for; empty for all. */
export function settlementOf(rules: Rules, origin: Origin, chosen: readonly string[]): Settlement {
  const { manifest } = rules.project;
  const added = (rules.headManifest?.benchmarks ?? []).filter(({ name }) => rules.added.includes(name));
  const { introduced, removed } = rules;
  const isChosen = ({ name }: Benchmark): boolean => chosen.length === 0 || chosen.includes(name);
  const leftOut = rules.from === 'base' ? manifest.benchmarks.filter((benchmark) => !isChosen(benchmark)) : [];
  return { policy: manifest.policy, origin, introduced, removed, added: rules.from === 'base' ? added : [], leftOut };
}

/** The manifest of a revision; null when it has none that this version can read. */
async function manifestAt(project: Project, revision: Revision, place: string): Promise<Manifest | null> {
  const text = await project.repository.fileAt(revision.sha, place);
  if (text === null) return null;
  try {
    return parseManifest(text, place).manifest;
  } catch (error) {
    if (error instanceof UsageError) return null;
    throw error;
  }
}

function approvalOf(
  manifest: Manifest,
  request: Extract<RulesRequest, { from: 'base' }>,
): Pick<GateChange, 'approval' | 'howToApprove'> {
  const label = manifest.policy.gateChangeLabel;
  if (label === null) return { approval: null, howToApprove: null };
  if (!request.takesLabels) {
    const way =
      'a label can’t approve it on a fork or for Dependabot: a maintainer pushes the change to a branch of their own';
    return { approval: null, howToApprove: way };
  }
  const add = `a maintainer adds the label ${JSON.stringify(label)}`;
  if (request.labels === null)
    return { approval: null, howToApprove: `${add}; the labels could not be read this time` };
  if (!request.labels.includes(label)) return { approval: null, howToApprove: add };
  if (!request.freshLabels.includes(label)) {
    return {
      approval: null,
      howToApprove: `${add} again: the present one may be older than the latest push, or is the author's own`,
    };
  }
  return { approval: `label ${JSON.stringify(label)}`, howToApprove: null };
}

/** What the edits mean for single benchmarks. */
function manifestNotes(world: World, base: Manifest, head: Manifest | null): string[] {
  if (head === null) return ['the change has no manifest that can be read'];
  const notes: string[] = [];
  const digest = (benchmark: Benchmark, manifest: Manifest) => ruleDigest(benchmark, manifest, world.sha256);
  for (const benchmark of base.benchmarks) {
    const now = head.benchmarks.find(({ name }) => name === benchmark.name);
    if (now === undefined) notes.push(`${benchmark.name}: removed by this change`);
    else if (digest(benchmark, base) !== digest(now, head))
      notes.push(`${benchmark.name}: its gate or settings differ`);
  }
  for (const { name } of head.benchmarks) {
    if (!base.benchmarks.some((benchmark) => benchmark.name === name)) notes.push(`${name}: new in this change`);
  }
  if (base.project.setup !== head.project.setup) notes.push('project.setup differs; each side runs its own');
  if (base.project.invocation !== head.project.invocation) {
    notes.push('project.invocation differs; each side runs its own');
  }
  return notes;
}
