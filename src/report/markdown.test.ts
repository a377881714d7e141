import fc from 'fast-check';
import { expect, it } from 'vitest';
import { gitHubReferences, hostileText, parseMarkdown } from '../../fixtures/hostile-text.ts';
import { eventfulReport, runReport, saturatedReport, verdict, wideReport } from '../../fixtures/run-reports.ts';
import { budgets, byteLength, fits } from './byte-budget.ts';
import { renderHtml } from './html.ts';
import { renderMarkdown } from './markdown.ts';
import { renderCheck } from './markdown-check.ts';
import { renderComment } from './markdown-comment.ts';
import { verdictLine } from './verdict-line.ts';
import type { RunReport } from './view.ts';

const ample = budgets.jobSummary;
const tight = (characters: number) => ({ budgetCharacters: characters, budgetBytes: 4 * characters });
const key = '0123abcdef';

/** One text with everything that Markdown, GitHub, a browser or a runner would act upon. */
const hostile = [
  '| @user `x` ![i](http://e.vil/i.png) [l](javascript:x) <img src=x onerror=a> <!-- --> </details>',
  '# h\n- l\n> q\n```\n~~s~~ **b** __u__ [^1] [^1]: f https://e.vil www.e.vil ftp://e.vil m@e.vil mailto:m@e.vil',
  '#1 GH-1 o/r#1 o/r@0a1b2c3 0a1b2c3d4e5f :smile: ::error::x ##[error]x $x$ \u202egnp.\u200b\u001b[2J\u0000\r\\',
].join('\n');

const everyPart = eventfulReport();
const wide = wideReport(40);

it.each<[string, () => string]>([
  ['every-part.md', () => renderMarkdown(everyPart, ample)],
  ['nothing.md', () => renderMarkdown(runReport([], { base: null }), ample)],
  ['hostile-names.md', () => renderMarkdown(saturatedReport(hostile), ample)],
  ['claimed.md', () => renderMarkdown(eventfulReport({ origin: 'claimed', gateChange: null }), ample)],
  [
    'approved.md',
    () =>
      renderMarkdown(
        eventfulReport({
          gateChange: { ...everyPart.gateChange!, judgedBy: 'head', approval: 'label benchgate:approve-gate by alice' },
        }),
        ample,
      ),
  ],
  ['without-details.md', () => renderMarkdown(everyPart, tight(2600))],
  ['truncated-rows.md', () => renderMarkdown(wide, tight(3000))],
  ['verdict-line.md', () => renderMarkdown(wide, tight(10))],
  ['comment.md', () => renderComment(everyPart, key)],
  ['resolved.md', () => renderComment(runReport([verdict()]), key, { resolved: true })],
  ['check-summary.md', () => renderCheck(everyPart).summary],
  ['check-text.md', () => renderCheck(everyPart).text],
  ['every-part.html', () => renderHtml(everyPart)],
  ['hostile-names.html', () => renderHtml(saturatedReport(hostile))],
])('the rendering %s is as recorded', async (name, render) => {
  await expect(render()).toMatchFileSnapshot(`../../fixtures/reports/${name}`);
});

it('renderMarkdown() leaves out the gate diff, then details, then rows, then all but the verdict line', () => {
  const line = `${verdictLine(everyPart)}\n`;
  /** Largest budget at which a part is not there. */
  const lost = { gateDiff: 0, details: 0, passedRow: 0, failedRow: 0, banner: 0 };
  for (let characters = 0; characters < renderMarkdown(everyPart, ample).length + 50; characters += 7) {
    const text = renderMarkdown(everyPart, tight(characters));
    expect(text.length <= characters || text === line).toBe(true);
    expect(text.startsWith(verdictLine(everyPart))).toBe(true);
    if (!text.includes('```diff')) lost.gateDiff = characters;
    if (!text.includes('<summary>')) lost.details = characters;
    if (!text.includes('| `ranks`')) lost.passedRow = characters;
    if (!text.includes('| `broken`')) lost.failedRow = characters;
    if (!text.includes('This change edits')) lost.banner = characters;
  }
  expect(lost.gateDiff).toBeGreaterThan(lost.details);
  expect(lost.details).toBeGreaterThan(lost.passedRow);
  expect(lost.passedRow).toBeGreaterThan(lost.failedRow);
  expect(lost.failedRow).toBeGreaterThan(lost.banner);
  expect(lost.banner).toBeGreaterThan(line.length);
});

it('renderMarkdown() keeps the budget of bytes as well as that of characters', () => {
  const report = runReport(Array.from({ length: 300 }, (_, index) => verdict({ experiment: `日本語日本語${index}` })));
  const text = renderMarkdown(report, { budgetCharacters: 10_000, budgetBytes: 12_000 });
  expect(byteLength(text)).toBeLessThanOrEqual(12_000);
  expect(byteLength(text)).toBeGreaterThan(11_500);
});

it('renderMarkdown() shows the worst rows first, broken evidence before all, and says how many it left out', () => {
  const text = renderMarkdown(wideReport(1000), tight(20_000));
  const rows = text.split('\n').filter((line) => line.startsWith('| `'));
  expect(rows.slice(0, 100).every((row) => row.endsWith('❌ FAIL |'))).toBe(true);
  expect(rows.slice(0, 2).map((row) => row.slice(0, 25))).toEqual([
    '| `group/benchmark 7` | 1',
    '| `group/benchmark 17` | ',
  ]);
  const [, missing, neutral, passed] = /(\d+) of 1000 rows \(?(?:(\d+) neutral, )?(\d+) passed\)/.exec(text) ?? [];
  expect(rows.length + Number(missing)).toBe(1000);
  expect(Number(neutral ?? 0) + Number(passed)).toBe(Number(missing));
  expect(text).toContain('The full report: [the run](https://github.example/owner/example/actions/runs/1)');
  expect(renderMarkdown(everyPart, ample).indexOf('`broken`')).toBeLessThan(
    renderMarkdown(everyPart, ample).indexOf('`parse`'),
  );
});

it('renderMarkdown() says of claims that they are claims, down to the verdict line', () => {
  const report = { ...wideReport(40), origin: 'claimed' as const };
  for (const characters of [100_000, 3000, 500, 300, 10])
    expect(renderMarkdown(report, tight(characters))).toMatch(/^## .*\(claims, not measured by us\)/);
  for (const characters of [100_000, 3000, 500])
    expect(renderMarkdown(report, tight(characters))).toContain("ran the contributor's code: claims");
});

it('renderMarkdown() says resolved only of a success', () => {
  expect(renderMarkdown(runReport([verdict()]), { ...ample, resolved: true })).toMatch(/^## ✅ resolved: 1 passed/);
  for (const kind of ['FAIL', 'NEEDS_MORE_DATA'] as const)
    expect(renderMarkdown(runReport([verdict({ kind })]), { ...ample, resolved: true })).not.toContain('resolved');
});

it.each([
  ['https://github.com/o/r/actions/runs/1/attempts/2', true],
  ['https://ghes.example:8443/o/r.x/actions/runs/1', true],
  ['http://github.com/o/r', false],
  ['javascript:alert(1)', false],
  ['https://a.b/c) [x](https://e.vil', false],
  ['https://user@a.b/', false],
  ['https://a.b/\nx', false],
  [null, false],
])('renderMarkdown() links the run at %j: %j', (runUrl, linked) => {
  const text = renderMarkdown(eventfulReport({ runUrl }), ample);
  expect(text.includes(`[run](${runUrl})`)).toBe(linked);
  expect(text.includes('[run]')).toBe(linked);
  expect(renderHtml(eventfulReport({ runUrl })).includes('<a ')).toBe(linked);
});

it('renderMarkdown() looks up trends and differences of its own only', () => {
  const report = runReport([verdict({ experiment: 'constructor' }), verdict({ experiment: '__proto__' })]);
  const text = renderMarkdown(report, ample);
  expect(text).toContain('| `constructor` | – | – | – | – | – | ✅ PASS |');
  expect(text).not.toContain('Artifact differences');
});

it('renderMarkdown() says where the full report is in the words it is given, which do nothing', () => {
  const text = renderMarkdown(wide, { ...tight(3000), fullReport: 'artifact @x' });
  expect(text).toContain('The full report: artifact @&#8203;x\n');
});

interface Node {
  readonly type: string;
  readonly value?: string;
  readonly url?: string;
  readonly children?: readonly Node[];
}

function nodes(node: Node): Node[] {
  return [node, ...(node.children ?? []).flatMap(nodes)];
}

/** Holds for whatever texts from outside are: markup only where the renderer put it, one table, no reference. */
function expectInert(markdown: string, report: RunReport, rows: number): void {
  const all = nodes(parseMarkdown(markdown) as Node);
  const shaped = [
    'image',
    'imageReference',
    'linkReference',
    'definition',
    'footnoteReference',
    'footnoteDefinition',
    'delete',
    'thematicBreak',
    'break',
    'emphasis',
  ];
  expect(all.filter(({ type }) => shaped.includes(type))).toEqual([]);
  expect(all.filter(({ type }) => type === 'heading')).toHaveLength(1);
  for (const { url } of all.filter(({ type }) => type === 'link')) expect(url).toBe(report.runUrl);
  for (const { value } of all.filter(({ type }) => type === 'html'))
    expect(value).toMatch(
      /^(?:<!-- benchgate:sticky [0-9a-f]+ -->|<details>\n<summary>[\w :()]+<\/summary>|<\/details>)$/,
    );
  const tables = all.filter(({ type }) => type === 'table');
  expect(tables).toHaveLength(1);
  expect(tables[0]?.children).toHaveLength(rows + 1);
  for (const row of tables[0]?.children ?? []) expect(row.children).toHaveLength(7);
  for (const { value } of all.filter(({ type }) => type === 'text'))
    for (const pattern of gitHubReferences) expect(value).not.toMatch(pattern);
  expect(markdown).not.toMatch(/^\s*::|##\[/m);
  expect(markdown).not.toMatch(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/,
  );
}

it('renderComment() holds nothing that a hostile text could do', () => {
  const report = saturatedReport(hostile);
  expectInert(renderComment(report, key), report, 3);
  expectInert(renderComment(eventfulReport(), key), eventfulReport(), 7);
});

it('renderComment() and renderCheck() keep shape and budget with any text from outside', () => {
  fc.assert(
    fc.property(hostileText, fc.constantFrom(1, 1, 1, 3000), (text, times) => {
      const report = saturatedReport(text.repeat(times));
      const comment = renderComment(report, key);
      expectInert(comment, report, 3);
      expect(fits(comment, budgets.comment)).toBe(true);
      const check = renderCheck(report);
      expect(fits(check.summary, budgets.check) && fits(check.text, budgets.check)).toBe(true);
      expect(check.title.length).toBeLessThanOrEqual(200);
    }),
    { numRuns: 60 },
  );
});

it('renderMarkdown() is inert and within any budget that has room for the verdict line', () => {
  fc.assert(
    fc.property(hostileText, fc.nat(9000), (text, characters) => {
      const report = saturatedReport(text);
      const budget = { budgetCharacters: characters, budgetBytes: Math.floor(characters * 1.1) };
      const rendered = renderMarkdown(report, budget);
      if (rendered !== `${verdictLine(report)}\n`) expect(fits(rendered, budget)).toBe(true);
      const rows = rendered.match(/ \(claimed\) \|$/gm)?.length ?? 0;
      if (rows > 0) expectInert(rendered, report, rows);
    }),
    { numRuns: 60 },
  );
});

it('renderMarkdown() of 5,000 benchmarks keeps each budget', () => {
  const report = wideReport(5000);
  for (const budget of Object.values(budgets)) {
    const text = renderMarkdown(report, budget);
    expect(fits(text, budget)).toBe(true);
    expect(text.length).toBeGreaterThan(0.9 * Math.min(budget.budgetCharacters, 600_000));
  }
});
