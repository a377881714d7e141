const bars = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/** The last 20 numbers as bars between the smallest and the largest; `·` for what is not a finite number, `–` for none at all. */
export function sparkline(values: readonly number[]): string {
  const shown = values.slice(-20);
  const finite = shown.filter(Number.isFinite);
  if (finite.length === 0) return '–';
  const low = Math.min(...finite);
  // Halves, because the largest numbers are too far apart for their difference to be finite.
  const range = Math.max(...finite) / 2 - low / 2;
  return shown
    .map((value) => {
      if (!Number.isFinite(value)) return '·';
      const height = range > 0 ? (value / 2 - low / 2) / range : 0.5;
      return bars[Math.min(bars.length - 1, Math.floor(height * bars.length))] ?? '·';
    })
    .join('');
}
