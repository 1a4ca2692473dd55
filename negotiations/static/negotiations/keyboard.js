// The Latin letter of a key, whatever alphabet is switched on: analysts write Ukrainian as well.
export function getLetter({ key, code }) {
  const isLatin = key.codePointAt(0) < 128;
  return isLatin || !code.startsWith("Key") ? key : code.slice(3).toLowerCase();
}
