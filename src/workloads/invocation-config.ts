import type { TrialRequest } from '../contracts.ts';

/**
 * benchstone's InvocationConfig, byte for byte what Python's `json.dumps(sort_keys=True)` writes: keys sorted, `", "` and
 * `": "` between, every character outside ASCII escaped, no final newline.
 */
export function invocationConfig(request: TrialRequest, artifactPath: string | null): string {
  const entries: readonly (readonly [string, string | number | null])[] = [
    ['artifact_path', artifactPath],
    ['benchmark', request.benchmark],
    ['corpus_path', request.corpusPath],
    ['repetition_index', request.repetitionIndex],
    ['repetition_total', request.repetitionTotal],
    ['seed', request.seed],
  ];
  return `{${entries.map(([key, value]) => `"${key}": ${pythonJson(value)}`).join(', ')}}`;
}

/** Python escapes everything above U+007E in UTF-16 code units; JSON.stringify leaves it, so it is escaped after. */
function pythonJson(value: string | number | null): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
