import type { ActionUse } from './action-use.ts';
import type { Finding } from './finding.ts';
import type { Workflow } from './workflow.ts';

/** Whether pull requests without a token that can write have their second half: a `workflow_run` that publishes them. */
export function checkForks(workflows: readonly Workflow[], uses: readonly ActionUse[]): readonly Finding[] {
  const names = new Set(workflows.map(({ name }) => name));
  const reporting = uses.filter(({ command, events }) => command === 'report' && events.includes('workflow_run'));
  const served = new Set(reporting.flatMap(({ workflow }) => workflow.runsAfter.map(({ text }) => text)));
  const unknown = [...new Set(reporting.map(({ workflow }) => workflow))].flatMap(({ path, runsAfter }) =>
    runsAfter
      .filter(({ text }) => !names.has(text))
      .map(
        ({ text, line }): Finding => ({
          code: 'REPORT_UNTRIGGERED',
          severity: 'error',
          area: 'workflow',
          path,
          line,
          message: `no workflow is named ${JSON.stringify(text)}, so this one never runs after it`,
          nextStep: 'write the `name` of the workflow that measures',
        }),
      ),
  );
  const halves = uses.filter(
    ({ command, events, workflow }) =>
      (command === 'run' || command === 'gate') && events.includes('pull_request') && !served.has(workflow.name),
  );
  const alone = halves.map(
    ({ workflow, command }): Finding => ({
      code: 'REPORT_MISSING',
      severity: command === 'run' ? 'warning' : 'note',
      area: 'workflow',
      path: workflow.path,
      line: workflow.events.get('pull_request') ?? 1,
      message: `pull requests of forks and of Dependabot get no comment and no check: no workflow with \`command: report\` runs after ${JSON.stringify(workflow.name)}`,
      nextStep: 'take benchgate-benchmark-report.yml of `benchgate init --github`',
    }),
  );
  return [...unknown, ...alone];
}
