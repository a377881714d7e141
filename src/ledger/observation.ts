import type { Observation } from '../domain/observation.ts';
import { array, finite, json, nullable, object, oneOf, type Shape, text, variants } from './shape.ts';

const failureReason = oneOf(
  'spawn_failed',
  'exit_code',
  'signal',
  'timed_out',
  'output_too_large',
  'result_missing',
  'result_too_large',
  'result_not_json',
  'result_invalid',
  'non_finite_metric',
  'reported_error',
  'artifact_missing',
  'artifact_too_large',
  'interrupted',
);

/** What a trial yielded, as a line holds it. */
export const observation: Shape<Observation> = variants('status', {
  ok: object({
    status: oneOf('ok'),
    metric: nullable(finite()),
    samples: nullable(array(finite())),
    artifactHash: nullable(text()),
    components: json(),
    metadata: json(),
    message: nullable(text()),
    wallSeconds: finite(),
  }),
  error: object({
    status: oneOf('error'),
    failure: object({ reason: failureReason, detail: text() }),
    artifactHash: nullable(text()),
    metadata: json(),
    wallSeconds: finite(),
  }),
});
