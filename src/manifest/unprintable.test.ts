import { expect, it } from 'vitest';
import { unprintable } from './unprintable.ts';

it('unprintable matches the code points of the properties that it spells out, and no others', () => {
  const properties = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;
  const different: number[] = [];
  for (let point = 0; point <= 0x10ffff; point++) {
    const character = String.fromCodePoint(point);
    if (unprintable.test(character) !== properties.test(character)) different.push(point);
  }
  expect(different).toEqual([]);
});
