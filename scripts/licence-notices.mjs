// Licence notices of the packages that ended up in the bundle. A package without a permissive licence, or without
// the text of it, stops the build.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const allowed = ['MIT', 'Apache-2.0', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'BlueOak-1.0.0', 'Unlicense'];

/** Packages that declare the MIT licence and ship no text of it: the licence's own words are given, with their author. */
const declaredOnly = ['@nodable/entities', 'proxy-agent-negotiate'];

const mitText = (
  author,
) => `The package declares the MIT licence and ships no text of it. These are the words of that licence.

Copyright (c) ${author}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

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
  const own = texts(/^(licen[cs]e|copying|unlicense)\b(?!.*\.[cm]?[jt]s$)/i);
  if (own.length === 0 && manifest.license === 'MIT' && declaredOnly.includes(manifest.name)) {
    own.push(mitText(typeof manifest.author === 'object' ? manifest.author.name : manifest.author));
  }
  const licence = typeof manifest.license === 'object' ? manifest.license?.type : manifest.license;
  return {
    name: manifest.name,
    version: manifest.version,
    licence: licence ?? '',
    texts: [...own, ...texts(/^notice\b/i)],
    hasLicenceText: own.some((text) => text.length > 0),
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
