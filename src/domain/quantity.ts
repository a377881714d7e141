/** Numbers as a person reads them. Rounding happens here and nowhere before. */

/** Signed per cent of a fraction, `+3.1 %`; infinities as `no bound`. */
export function formatChange(fraction: number): string {
  if (Number.isNaN(fraction)) return 'unknown';
  const percent = fraction * 100;
  if (!Number.isFinite(percent)) return 'no bound';
  if (Math.abs(percent) >= 1e9) return `${percent < 0 ? '−' : '+'}${Math.abs(percent).toExponential(3)} %`;
  const digits = Math.abs(percent) >= 100 ? 0 : Math.abs(percent) >= 0.1 || percent === 0 ? 1 : 3;
  return `${percent < 0 ? '−' : '+'}${Math.abs(percent).toFixed(digits)} %`;
}

/** Up to six significant digits, no exponent between 1e-4 and 1e9. */
export function formatNumber(value: number): string {
  if (Number.isNaN(value)) return 'not a number';
  if (!Number.isFinite(value)) return value > 0 ? 'infinity' : '−infinity';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e9)) return value.toExponential(3);
  return String(Number(value.toPrecision(6)));
}

/** `1 pair`, `3 pairs`. */
export function count(amount: number, singular: string, plural = `${singular}s`): string {
  return `${amount} ${amount === 1 ? singular : plural}`;
}

/** The value in its unit with a readable prefix: seconds as ms or µs, bytes as MiB; other units unchanged, counts in full. */
export function formatMetric(value: number, unit: string | null): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value)) return formatNumber(value);
  if (unit === 's') {
    if (size < 1e-3 && size > 0) return `${formatNumber(value * 1e6)} µs`;
    if (size < 1) return `${Number((value * 1e3).toPrecision(4))} ms`;
    return `${Number(value.toPrecision(4))} s`;
  }
  if (unit === 'B' && size >= 1024 ** 2) return `${Number((value / 1024 ** 2).toPrecision(4))} MiB`;
  const shown = Number.isSafeInteger(value) ? String(value) : formatNumber(value);
  return unit === null ? shown : `${shown} ${unit}`;
}
