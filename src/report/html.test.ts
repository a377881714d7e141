import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hostileText } from '../../fixtures/hostile-text.ts';
import { eventfulReport, runReport, saturatedReport, verdict } from '../../fixtures/run-reports.ts';
import { escapeHtml, renderHtml } from './html.ts';

const tags = (page: string) => page.match(/<[^>]*>/g) ?? [];

it.each([
  [`<b a="c" d='e'>&\``, '&#60;b a=&#34;c&#34; d=&#39;e&#39;&#62;&#38;&#96;'],
  ['a\n\u202e', 'a\\u000a\\u202e'],
])('escapeHtml(%j) is %j', (text, expected) => {
  expect(escapeHtml(text)).toBe(expected);
});

it('renderHtml() loads and runs nothing', () => {
  const page = renderHtml(eventfulReport());
  expect(page).toContain(
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
  );
  expect(page).not.toMatch(/<script|\bsrc=|\bon\w+=|@import|url\(|<link|<iframe|<form/i);
  expect(page.match(/href=/g)).toHaveLength(1);
});

it('renderHtml() says of claims that they are claims', () => {
  const page = renderHtml(eventfulReport({ origin: 'claimed' }));
  expect(page).toContain('claims, not measurements of ours; not recorded');
  expect(page.match(/\(claimed\)/g)).toHaveLength(7);
});

it('renderHtml() has the same elements whatever the texts from outside are', () => {
  const expected = tags(renderHtml(saturatedReport('x', { runUrl: null })));
  fc.assert(
    fc.property(hostileText, (text) => {
      // The name of another experiment in that report.
      fc.pre(text !== '__proto__');
      const page = renderHtml(saturatedReport(text, { runUrl: null }));
      expect(tags(page)).toEqual(expected);
      expect(page).not.toMatch(
        /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/,
      );
    }),
    { numRuns: 200 },
  );
});

it('renderHtml() looks up trends and differences of its own only', () => {
  const page = renderHtml(runReport([verdict({ experiment: 'constructor' }), verdict({ experiment: '__proto__' })]));
  expect(page).not.toContain('<pre>');
});
