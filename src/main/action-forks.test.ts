import { afterEach, describe, expect, it } from 'vitest';
import { checkText, forkChange, handOver, measure, publicStage, report } from '../../fixtures/action-fork.ts';
import { createStage, exactManifest, projectFiles, type Stage } from '../../fixtures/action-stage.ts';

/** Pull requests of strangers, from the measuring job without rights to the comment. */
let stage: Stage;
const open = async (files: Readonly<Record<string, string>> = {}) => {
  stage = await createStage({ ...publicStage, files: { ...projectFiles, ...files } });
};
afterEach(async () => {
  expect(stage.github.violations).toEqual([]);
  await stage.close();
});

const claims = /ran the contributor's code: claims, not measurements of ours; not recorded/;

describe('a pull request of a fork', () => {
  it.each([
    ['a token that can only read', {}],
    ['no token', { inputs: { 'github-token': '' } }],
  ])('is measured with %s and reported by another workflow: a regression fails', async (_name, run) => {
    await open();
    const change = await forkChange(stage, { 'src/cost': '120\n' });
    const { result, bundles } = await measure(stage, change, run);
    expect(result.log).toContain('4 trials measured');
    expect(result.code).toBe(0);
    expect(Object.keys(bundles)).toEqual(['shard-1-of-1.bundle.jsonl']);
    expect(stage.github.state).toMatchObject({ comments: [], checks: [] });

    handOver(stage, bundles);
    const reported = await report(stage, change);
    expect(reported.log).toContain('FAIL');
    expect(reported.outputs).toMatchObject({ verdict: 'FAIL', conclusion: 'failure', regressions: '["cost"]' });
    expect(reported.code).toBe(1);
    const [comment, ...others] = stage.github.state.comments;
    expect(others).toEqual([]);
    expect(comment).toMatchObject({ issue: 8, body: expect.stringMatching(claims) });
    expect(comment?.body).toContain('FAIL (claimed)');
    expect(reported.outputs['comment-url']).toContain('/pull/8#');
    const [check] = stage.github.state.checks;
    expect(check).toMatchObject({ headSha: change.head, status: 'completed', conclusion: 'failure' });
    expect(check === undefined ? '' : checkText(check)).toMatch(claims);
    expect(await stage.ledger()).toEqual([]);
  });
});
