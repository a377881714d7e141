/** What measured code may see of the environment: names by allow-list, everything else is withheld. */

const always = new Set(['PATH', 'HOME', 'LANG', 'LANGUAGE', 'TZ', 'USER', 'LOGNAME', 'SHELL', 'TERM']);

const toolchains = new Set([
  'JAVA_HOME',
  'MAVEN_HOME',
  'M2_HOME',
  'GRADLE_HOME',
  'GRADLE_USER_HOME',
  'SDKMAN_DIR',
  'SCALA_HOME',
  'KOTLIN_HOME',
  'CARGO_HOME',
  'RUSTUP_HOME',
  'RUSTUP_TOOLCHAIN',
  'CARGO_TARGET_DIR',
  'GOPATH',
  'GOROOT',
  'GOCACHE',
  'GOMODCACHE',
  'GOTOOLCHAIN',
  'GOMAXPROCS',
  'GOGC',
  'GOMEMLIMIT',
  'VIRTUAL_ENV',
  'CONDA_PREFIX',
  'CONDA_DEFAULT_ENV',
  'PYENV_ROOT',
  'PYENV_VERSION',
  'PYTHONPATH',
  'PYTHONHOME',
  'PYTHONHASHSEED',
  'NODE_PATH',
  'NVM_DIR',
  'NVM_BIN',
  'VOLTA_HOME',
  'DENO_DIR',
  'BUN_INSTALL',
  'RBENV_ROOT',
  'RBENV_VERSION',
  'GEM_HOME',
  'GEM_PATH',
  'BUNDLE_PATH',
  'DOTNET_ROOT',
  'NUGET_PACKAGES',
  'OPAMROOT',
  'OPAM_SWITCH_PREFIX',
  'GHCUP_INSTALL_BASE_PREFIX',
  'JULIA_DEPOT_PATH',
  'LD_LIBRARY_PATH',
  'DYLD_LIBRARY_PATH',
  'LIBRARY_PATH',
  'CPATH',
  'PKG_CONFIG_PATH',
  'CMAKE_PREFIX_PATH',
  'CC',
  'CXX',
  'CUDA_HOME',
  'CUDA_PATH',
  'CUDA_VISIBLE_DEVICES',
  'NVIDIA_VISIBLE_DEVICES',
  'ROCM_PATH',
  'HIP_VISIBLE_DEVICES',
  'OMP_NUM_THREADS',
  'OPENBLAS_NUM_THREADS',
  'MKL_NUM_THREADS',
  'NUMEXPR_NUM_THREADS',
  'RAYON_NUM_THREADS',
]);

export interface MeasuredEnvironment {
  readonly variables: Readonly<Record<string, string>>;
  /** Names, never values, of what was there and not passed on; sorted. */
  readonly withheld: readonly string[];
}

/**
 * The environment of measured code: the fixed list, locale variables (`LC_*`), toolchain variables, and the names the
 * manifest lists (from the base revision in a pull request). A name of the manifest that is not set is simply absent.
 */
export function measuredEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  named: readonly string[],
): MeasuredEnvironment {
  const asked = new Set(named);
  const passed: [string, string][] = [];
  const withheld: string[] = [];
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined) continue;
    if (always.has(name) || toolchains.has(name) || /^LC_[A-Z]+$/.test(name) || asked.has(name))
      passed.push([name, value]);
    else withheld.push(name);
  }
  return { variables: Object.fromEntries(passed), withheld: withheld.sort() };
}
