import fc from 'fast-check';
import { expect, it } from 'vitest';
import { gitHubReferences, hostileText, parseMarkdown } from '../../fixtures/hostile-text.ts';
import { codeBlock, escapeMarkdown, inlineCode } from './markdown-escape.ts';
import { visibleLine, visibleText } from './visible-text.ts';

interface Node {
  readonly type: string;
  readonly value?: string;
  readonly children?: readonly Node[];
}

it.each([
  ['plain text, 12.3 % (a/b.c): ok', 'plain text, 12.3 % (a/b.c): ok'],
  ['no_significant_regression', 'no_significant_regression'],
  ['Größe 日本 😀 ❤️', 'Größe 日本 😀 ❤️'],
  ['@user', '@&#8203;user'],
  ['a|b', 'a&#124;b'],
  ['`a`', '&#96;a&#96;'],
  ['\\@a', '&#92;@&#8203;a'],
  ['*a* _b_ ~~c~~', '&#42;a&#42; &#95;b&#95; &#126;&#126;c&#126;&#126;'],
  ['<!-- -->', '&#60;!-- --&#62;'],
  ['&amp;', '&#38;amp;'],
  ['[a](b)', '&#91;a&#93;(b)'],
  ['![a](b)', '!&#91;a&#93;(b)'],
  ['https://a.b', 'https:&#8203;//a.b'],
  ['www.a.b', 'www&#8203;.a.b'],
  ['a@b.co', 'a@&#8203;b.co'],
  ['#12 o/r#3', '&#35;&#8203;12 o/r#&#8203;3'],
  ['gh-12', 'gh-&#8203;12'],
  ['GHSA-aaaa', 'GHSA-&#8203;aaaa'],
  ['at 0a1b2c3d4e', 'at 0a1b2c&#8203;3d4e'],
  ['f'.repeat(64), 'f'.repeat(64)],
  [':+1: a::b', '&#58;&#8203;+1: a::b'],
  ['- a', '&#45; a'],
  ['12. a', '12&#46; a'],
  ['1) a', '1&#41; a'],
  ['> a', '&#62; a'],
  ['-1 B +2', '-1 B +2'],
  ['---', '&#45;--'],
  ['2.25 s', '2.25 s'],
  ['=== a', '&#61;== a'],
  ['    a ', '&#32;   a&#32;'],
  ['$a$', '&#8203;&#36;&#8203;a&#8203;&#36;&#8203;'],
  ['a\nb\r\t\u202e\u200b', 'a&#92;u000ab&#92;u000d&#92;u0009&#92;u202e&#92;u200b'],
  ['\u{e0041}\ud800', '&#92;udb40&#92;udc41&#92;ud800'],
  ['::error::x', '&#92;u003a:&#8203;error::x'],
  ['', ''],
])('escapeMarkdown(%j) is %j', (text, expected) => {
  expect(escapeMarkdown(text)).toBe(expected);
});

it('escapeMarkdown() reads as it was at the beginning of a block, of a later line, in a quote, a list and a cell', () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      const expected = visibleLine(text);
      const escaped = escapeMarkdown(text);
      const read = (markdown: string, path: readonly number[]) => {
        let node = parseMarkdown(markdown) as Node;
        for (const index of path) {
          expect(node.children).toHaveLength(Math.max(index + 1, 1));
          node = node.children?.[index] ?? node;
        }
        expect(node.children?.map(({ type }) => type)).toEqual(['text']);
        return (node.children?.[0]?.value ?? '').replaceAll('\u200b', '');
      };
      if (expected === '') return;
      expect(read(escaped, [0])).toBe(expected);
      expect(read(`a\n${escaped}`, [0])).toBe(`a\n${expected}`);
      expect(read(`> ${escaped}`, [0, 0])).toBe(expected);
      expect(read(`- ${escaped}`, [0, 0, 0])).toBe(expected);
      expect(read(`| ${escaped} |\n| - |`, [0, 0, 0])).toBe(expected);
    }),
    { numRuns: 400 },
  );
});

it('escapeMarkdown() leaves nothing that GitHub or a runner would act upon, in the source and in the text', () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      const escaped = escapeMarkdown(text);
      const read = escaped.replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)));
      for (const pattern of gitHubReferences) expect(read).not.toMatch(pattern);
      expect(escaped).not.toMatch(/^\s*::|##\[|[\n\r<>|`*]|&(?!#\d+;)/);
    }),
    { numRuns: 400 },
  );
});

it.each([
  ['a', '`a`'],
  ['@user #1', '`@user #1`'],
  ['a`b', '``a`b``'],
  ['`', '`` ` ``'],
  ['a|b', '`a\\u007cb`'],
  ['a\\', '`a\\`'],
  [' a ', '`  a  `'],
  ['', '` `'],
  [' ', '`\u00a0`'],
  ['a\nb', '`a\\u000ab`'],
])('inlineCode(%j) is %j', (text, expected) => {
  expect(inlineCode(text)).toBe(expected);
});

it('inlineCode() is one code span with the text, in a sentence and in a cell', () => {
  fc.assert(
    fc.property(hostileText, (text) => {
      const shown = visibleLine(text).replaceAll('|', '\\u007c');
      const expected = /^ *$/.test(shown) ? shown.replaceAll(' ', '\u00a0') || ' ' : shown;
      const sentence = parseMarkdown(`a ${inlineCode(text)} b`).children;
      expect(sentence).toMatchObject([{ children: [{}, { type: 'inlineCode', value: expected }, {}] }]);
      const cell = parseMarkdown(`| ${inlineCode(text)} | b |\n| - | - |`).children;
      const cells = [{ children: [{ type: 'inlineCode', value: expected }] }, { children: [{ value: 'b' }] }];
      expect(cell).toMatchObject([{ type: 'table', children: [{ children: cells }] }]);
    }),
    { numRuns: 300 },
  );
});

it('codeBlock() is one block with the text, which nothing inside closes', () => {
  fc.assert(
    fc.property(fc.oneof(hostileText, fc.stringMatching(/^[`~\n a-]{0,20}$/)), (text) => {
      const parsed = parseMarkdown(`a\n\n${codeBlock(text, 'diff')}\n\nb`).children;
      const value = visibleText(text).replace(/\n$/, '');
      expect(parsed).toMatchObject([
        { type: 'paragraph' },
        { type: 'code', lang: 'diff', value },
        { type: 'paragraph' },
      ]);
    }),
    { numRuns: 300 },
  );
});

it('codeBlock() takes no language that is more than a word', () => {
  expect(codeBlock('a', 'x\n```\n@user')).toBe('```\na\n```');
});
