import { actionCommands, actionInputs } from './action-inputs.ts';
import { isComputed } from './expression.ts';
import type { Finding } from './finding.ts';
import type { Step, Workflow } from './workflow.ts';

/** What to say where no step uses the action: what looks like it by another name, uses of the command line, or nothing at all. */
export function withoutUse(workflows: readonly Workflow[]): readonly Finding[] {
  const steps = workflows.flatMap(({ path, jobs }) => jobs.flatMap((job) => job.steps.map((step) => ({ path, step }))));
  const unknown = steps.flatMap(({ path, step }) => otherName(path, step));
  const called = steps.flatMap(({ path, step }) => commandLine(path, step));
  const found = [...unknown, ...called];
  return found.length > 0 ? found : [noWorkflow];
}

const noWorkflow: Finding = {
  code: 'NO_WORKFLOW',
  severity: 'note',
  area: 'workflow',
  path: '.github/workflows',
  line: null,
  message: 'no workflow uses Benchgate',
  nextStep: 'run `benchgate init --github` to write a set',
};

/** Inputs that no other known action has. */
const ownInputs = ['fail-on', 'ledger-branch', 'ledger-remote', 'ledger-token', 'allow-dirty-paths'];

function otherName(path: string, { uses, with: inputs }: Step): readonly Finding[] {
  if (uses === null) return [];
  const command = inputs.get('command')?.text ?? '';
  const isCommand = actionCommands.some((one) => one === command);
  const telling = [...inputs.keys()].find(
    (name) => ownInputs.includes(name) || (isCommand && name !== 'command' && actionInputs.has(name)),
  );
  if (telling === undefined || isComputed(uses.text)) return [];
  const name = uses.text.startsWith('./') ? './' : uses.text;
  return [
    {
      code: 'ACTION_UNKNOWN',
      severity: 'warning',
      area: 'workflow',
      path,
      line: uses.line,
      message: `no workflow uses Benchgate by its own name, but ${uses.text} is given \`${telling}\`, an input of Benchgate's; nothing of it was checked`,
      nextStep: `run \`benchgate doctor --action ${name}\``,
    },
  ];
}

/** `benchgate` with a word after it, also by way of npx, a path or a package runner. */
function callsCommandLine({ run }: Step): boolean {
  return /(?:^|[\s;&|(/"'`])benchgate(?:@[\w.-]+)?["']?[ \t]+["']?[a-z-]/m.test(run?.text ?? '');
}

function commandLine(path: string, step: Step): readonly Finding[] {
  if (!callsCommandLine(step)) return [];
  return [
    {
      code: 'COMMAND_LINE_USE',
      severity: 'note',
      area: 'workflow',
      path,
      line: step.run?.line ?? step.line,
      message: 'calls `benchgate` on the command line; only steps that use the action are checked',
      nextStep: 'for a comment, a check and pull requests of forks, let `benchgate init --github` write the workflows',
    },
  ];
}
