// Licence notices of the packages that ended up in the bundle. A package without a permissive licence, or without
// the text of it, stops the build.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const allowed = ['MIT', 'Apache-2.0', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'BlueOak-1.0.0', 'Unlicense'];

/** `MIT`, `(A OR B)`, `A AND B`: one alternative must be allowed in all its parts. Anything more nested is refused. */
function isPermissive(expression) {
  const bare = expression.replace(/^\((.*)\)$/, '$1');
  return bare.split(/\s+OR\s+/).some((part) => part.split(/\s+AND\s+/).every((id) => allowed.includes(id.trim())));
}

/** The folder of the package that a bundled file came from: `a/node_modules/@s/b/c.js` → `a/node_modules/@s/b`. */
function packageFolder(input) {
  const at = input.lastIndexOf('node_modules/');
  if (at < 0) return undefined;
  const [scope, name] = input.slice(at + 'node_modules/'.length).split('/');
  return `${input.slice(0, at)}node_modules/${scope.startsWith('@') ? `${scope}/${name}` : scope}`;
}

function readPackage(root, folder) {
  const directory = join(root, folder);
  const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  const files = existsSync(directory) ? readdirSync(directory).sort() : [];
  const texts = (pattern) =>
    files
      .filter((file) => pattern.test(file))
      .map((file) => readFileSync(join(directory, file), 'utf8').replace(/\r\n/g, '\n').trim());
  const licence = typeof manifest.license === 'object' ? manifest.license?.type : manifest.license;
  return {
    name: manifest.name,
    version: manifest.version,
    licence: licence ?? '',
    texts: [...texts(/^(licen[cs]e|copying|unlicense)\b(?!.*\.[cm]?[jt]s$)/i), ...texts(/^notice\b/i)],
    hasLicenceText: texts(/^(licen[cs]e|copying|unlicense)\b(?!.*\.[cm]?[jt]s$)/i).some((text) => text.length > 0),
  };
}

/**
 * @param {string} root
 * @param {import('esbuild').Metafile} metafile
 * @returns {string} the notices, sorted by name and version
 */
export function licenceNotices(root, metafile) {
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.keys(output.inputs));
  const folders = new Set(inputs.map(packageFolder).filter((folder) => folder !== undefined));
  const packages = new Map();
  const problems = [];
  for (const found of [...folders].map((folder) => readPackage(root, folder))) {
    const id = `${found.name} ${found.version}`;
    packages.set(id, found);
    if (!isPermissive(found.licence))
      problems.push(`${id}: licence '${found.licence}' is not on the list of permissive ones`);
    if (!found.hasLicenceText) problems.push(`${id}: no licence text in the package`);
  }
  if (problems.length > 0) throw new Error(`the bundle can't be shipped:\n  ${problems.join('\n  ')}`);
  const rule = '-'.repeat(80);
  const ids = [...packages.keys()].sort();
  const sections = ids.map(
    (id) => `${rule}\n${id}\n${packages.get(id).licence}\n\n${packages.get(id).texts.join('\n\n')}\n`,
  );
  return ['Benchgate contains code of these packages, under these licences.\n', ...sections].join('\n');
}
