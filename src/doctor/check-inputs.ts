import { actionInputs } from './action-inputs.ts';
import type { ActionUse } from './action-use.ts';
import { isComputed } from './expression.ts';
import type { Finding } from './finding.ts';

/** Inputs that the action does not have, and values that they can't have. */
export function checkInputs({ workflow, step }: ActionUse): readonly Finding[] {
  const place = { severity: 'error', area: 'workflow', path: workflow.path } as const;
  return [...step.with].flatMap(([name, { text, line }]): Finding[] => {
    const values = actionInputs.get(name);
    if (values === undefined) {
      return [
        {
          ...place,
          code: 'UNKNOWN_INPUT',
          line,
          message: `the action has no input ${JSON.stringify(name)}`,
          nextStep: `choose from: ${[...actionInputs.keys()].join(', ')}`,
        },
      ];
    }
    if (isComputed(text)) return [];
    if (name.endsWith('-token') && text !== '') return [{ ...place, ...literalToken(name), line }];
    const problem = name === 'shard' ? shardProblem(text) : valueProblem(values, text);
    return problem === null
      ? []
      : [
          {
            ...place,
            code: 'INPUT_VALUE',
            line,
            message: `\`${name}\` can't be ${JSON.stringify(text)}`,
            nextStep: problem,
          },
        ];
  });
}

/** Says nothing of the token itself. */
function literalToken(name: string) {
  return {
    code: 'TOKEN_LITERAL',
    message: `\`${name}\` is written into the file, where everybody who can read the repository finds it`,
    nextStep: `revoke that token, keep a new one as a secret and write \`${name}: \${{ secrets.NAME }}\``,
  } as const;
}

function valueProblem(values: readonly string[] | null, text: string): string | null {
  return values === null || text === '' || values.includes(text) ? null : `write one of: ${values.join(', ')}`;
}

function shardProblem(text: string): string | null {
  return text === '' || text === 'auto' || /^\d{1,3}(\/\d{1,3})?$/.test(text) ? null : 'write `auto` or such as `2/5`';
}
