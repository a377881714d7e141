// Reads TypeScript as text, without a parser: blanks what is not code (comments, strings, templates, regular
// expressions) and finds imports, declarations and free names in what is left.

const regexMayFollow =
  /(?:^|[^\w$)\]}"'`.]|(?<![\w$.])(?:return|typeof|case|in|of|do|else|void|delete|throw|new|await|yield))$/;

/** Where the literal that begins at `start` ends (the index behind its last character). */
function endOfString(text, start) {
  const quote = text[start];
  let at = start + 1;
  while (at < text.length && text[at] !== quote && text[at] !== '\n') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

function endOfRegex(text, start) {
  let inClass = false;
  for (let at = start + 1; at < text.length && text[at] !== '\n'; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '[') inClass = true;
    else if (text[at] === ']') inClass = false;
    else if (text[at] === '/' && !inClass) return at + 1;
  }
  return undefined;
}

/**
 * @param {string} text
 * @returns {{ code: string, strings: string[], lineAt: (index: number) => number }} `code` keeps every newline;
 *   a string literal becomes `"n"`, its content is `strings[n]`.
 */
export function mask(text) {
  const strings = [];
  const braces = []; // what each open brace belongs to: code, or the `${` of a template
  let code = '';
  let at = 0;
  const newlines = (from, to) => text.slice(from, to).replace(/[^\n]/g, '');
  const template = () => {
    const start = at;
    while (at < text.length && text[at] !== '`' && !(text[at] === '$' && text[at + 1] === '{'))
      at += text[at] === '\\' ? 2 : 1;
    code += newlines(start, at);
    if (text[at] === '$') {
      braces.push('template');
      code += '${';
      at += 2;
    } else {
      code += '`';
      at += 1;
    }
  };
  while (at < text.length) {
    const char = text[at];
    const pair = text.slice(at, at + 2);
    if (pair === '//' || (pair === '#!' && at === 0)) {
      const end = text.indexOf('\n', at);
      at = end < 0 ? text.length : end;
    } else if (pair === '/*') {
      const end = text.indexOf('*/', at + 2);
      const stop = end < 0 ? text.length : end + 2;
      code += ` ${newlines(at, stop)}`;
      at = stop;
    } else if (char === '"' || char === "'") {
      const end = endOfString(text, at);
      code += `"${strings.push(text.slice(at + 1, end - 1)) - 1}"`;
      at = end;
    } else if (char === '`') {
      code += '`';
      at += 1;
      template();
    } else if (char === '}' && braces.at(-1) === 'template') {
      braces.pop();
      code += '}';
      at += 1;
      template();
    } else if (char === '/' && regexMayFollow.test(code.trimEnd().slice(-20)) && endOfRegex(text, at)) {
      code += '``';
      at = endOfRegex(text, at);
    } else {
      if (char === '{') braces.push('code');
      if (char === '}') braces.pop();
      code += char;
      at += 1;
    }
  }
  return { code, strings, lineAt: (index) => code.slice(0, index).split('\n').length };
}

/** `import … from`, `import '…'`, `export … from`, over any number of lines. */
export function findImports({ code, strings, lineAt }) {
  const pattern =
    /(?<![\w$.])(?:import|export)(\s+type(?=\s*[\w$*{])(?!\s+from\b))?(?:\s*[\w$*{][\w$\s,*{}"]*?\bfrom\b)?\s*"(\d+)"/g;
  return [...code.matchAll(pattern)].map((match) => ({
    specifier: strings[Number(match[2])],
    typeOnly: match[1] !== undefined,
    line: lineAt(match.index),
  }));
}

/** `import(…)`; its specifier when it is one literal. A method that is called `import` is none. */
export function findDynamicImports({ code, strings, lineAt }) {
  return [...code.matchAll(/(?<![\w$.#])import\s*\((?:\s*"(\d+)"\s*[,)])?/g)]
    .filter((match) => !isMemberName(code, match.index, match.index + 'import'.length))
    .map((match) => ({
      specifier: match[1] === undefined ? undefined : strings[Number(match[1])],
      line: lineAt(match.index),
    }));
}

/** Statements outside every bracket that leave something behind at run time. */
export function findRuntimeDeclarations({ code, lineAt }) {
  let depth = 0;
  const flat = code.replace(/[^\n]/g, (char) => {
    if ('([{'.includes(char)) return depth++ === 0 ? char : ' ';
    if (')]}'.includes(char)) return --depth === 0 ? char : ' ';
    return depth === 0 ? char : ' ';
  });
  const pattern =
    /(?<=^|[;}\n])[ \t]*(?:export\s+)?(?:(?:async|abstract)\s+)?(const|let|var|function|class|enum|namespace|default)(?![\w$])/g;
  return [...flat.matchAll(pattern)].map((match) => ({
    word: match[1],
    line: lineAt(match.index + match[0].search(/\S/)),
  }));
}

function closingParenthesis(code, open) {
  let depth = 0;
  for (let at = open; at < code.length; at++) {
    if (code[at] === '(') depth++;
    if (code[at] === ')' && --depth === 0) return at;
  }
  return code.length;
}

/** A property or a method that is merely called like the global: `fetch: …`, `fetch(url): Promise<…>`, `fetch() {`. */
function isMemberName(code, start, end) {
  const before = code.slice(0, start).trimEnd();
  const opens = /(?:^|[{,;]|\b(?:async|get|set|static|readonly|public|private|protected|override))$/.test(before);
  const newLine = code.slice(before.length, start).includes('\n');
  if (!opens && !(newLine && !/[=(?:&|+\-<>!]$/.test(before))) return false;
  const after = code.slice(end).match(/^\s*\??\s*/)?.[0].length ?? 0;
  if (code[end + after] === ':') return true;
  if (code[end + after] !== '(') return false;
  const behind = code.slice(closingParenthesis(code, end + after) + 1).trimStart();
  return behind.startsWith(':') || behind.startsWith('{');
}

/** Where one of these names is used as itself: not as a property, not inside a longer name. */
export function findFreeNames({ code, lineAt }, names) {
  const alternatives = names.map((name) => name.replace('.', '\\s*\\.\\s*')).join('|');
  const pattern = new RegExp(`(?<![\\w$#]|(?<!\\.\\.)\\.\\s*)(?:${alternatives})(?![\\w$])`, 'g');
  return [...code.matchAll(pattern)]
    .filter((match) => !isMemberName(code, match.index, match.index + match[0].length))
    .map((match) => ({ name: match[0].replace(/\s/g, ''), line: lineAt(match.index) }));
}
