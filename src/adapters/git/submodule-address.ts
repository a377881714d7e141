/**
 * Whether a submodule's name may become part of a path and of a setting. Names come from .gitmodules, which any commit
 * can hold: `..` would lead out of the folder that they are joined to, and `=` would end the key of `-c key=value`, so
 * that `x.update=!program` set the command that updates submodule `x`.
 */
export function isSafeSubmoduleName(name: string): boolean {
  if (name === '' || /^(?:[\\/]|[a-z]:)/i.test(name) || /[=\0-\u001F\u007F]/.test(name)) return false;
  return !name.split(/[\\/]/).includes('..');
}

/** Whether an address names this machine's file system: a path or a file:// URL. */
export function isLocalAddress(address: string): boolean {
  if (/^file:\/\//i.test(address)) return true;
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(address)) return false;
  return !/^[^/]+:/.test(address);
}

/**
 * A submodule's address as git resolves it: `./` and `../` are taken from the address of the repository that lists it.
 */
export function submoduleAddress(parent: string, address: string): string {
  if (!/^\.\.?\//.test(address)) return address;
  let base = parent.replace(/\/+$/, '');
  let rest = address;
  let separator = '/';
  while (/^\.\.?\//.test(rest)) {
    if (rest.startsWith('../')) {
      const slash = base.lastIndexOf('/');
      const cut = slash === -1 ? base.lastIndexOf(':') : slash;
      separator = slash === -1 && cut !== -1 ? ':' : '/';
      base = base.slice(0, Math.max(0, cut));
      rest = rest.slice(3);
    } else rest = rest.slice(2);
  }
  return `${base}${separator}${rest}`.replace(/\/+$/, '');
}
