declare const __BENCHGATE_VERSION__: string;

/** Version of this build. */
export const version = __BENCHGATE_VERSION__;
