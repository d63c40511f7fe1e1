/** Controls, invisible formats (which turn text around), halves of characters, and separators of lines. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu;

/** One line that can be printed, of at most so many characters. Angle brackets stay: what shows it escapes it. */
export function plainText(text: string, mostCharacters: number): string {
  const characters = Array.from(text.replace(UNPRINTABLE, ' ').trim());
  return characters.length <= mostCharacters
    ? characters.join('')
    : `${characters.slice(0, mostCharacters - 1).join('')}…`;
}
