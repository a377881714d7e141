import { type ActionUse, literalInput } from './action-use.ts';
import { plainExpression } from './expression.ts';

/** Whether the step makes a check or a comment about what it judged. */
export function publishes(use: ActionUse): boolean {
  return judges(use) && !(makesNoCheck(use) && literalInput(use.step, 'comment') === 'never');
}

/** Name of the check that the step makes, as written; null when it makes none. */
export function checkNameOf(use: ActionUse): string | null {
  if (!judges(use) || makesNoCheck(use)) return null;
  const name = use.step.with.get('check-name')?.text ?? '';
  return name === '' ? 'Benchgate' : plainExpressionOrText(name);
}

/** Whether the step's own conclusion is a verdict. */
export function judges({ command }: ActionUse): boolean {
  switch (command) {
    case 'gate':
    case 'report':
    case 'nightly':
    case 'guard':
      return true;
    case 'run':
    case 'baseline establish':
    case 'promote':
    case 'reference freeze':
    case 'reference replace':
    case null:
      return false;
  }
}

/** Whether the step is part of judging pull requests: it measures or judges the project on them. A guard stands beside that. */
export function gatesPullRequests({ command, events }: ActionUse): boolean {
  return events.includes('pull_request') && (command === 'gate' || command === 'run' || command === 'report');
}

function makesNoCheck({ step }: ActionUse): boolean {
  return literalInput(step, 'check') === 'false';
}

/** Words stay as they are: the names of checks are compared with their capitals. */
function plainExpressionOrText(text: string): string {
  return text.includes('${{') ? plainExpression(text) : text.trim();
}
