/**
 * Control characters, halves of a surrogate pair, line separators, and marks that change the direction of text:
 * `[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]`, spelled out because the first use of a property loads Unicode data, up
 * to 8 ms of a cold start.
 */
export const unprintable = /[\0-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]/u;
