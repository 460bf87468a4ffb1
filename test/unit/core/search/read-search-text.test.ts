import { describe, expect, it } from 'vitest'
import { readSearchText } from '../../../../src/core/search/read-search-text.ts'

const textOf = (typed: string): string | null => readSearchText(typed)?.text ?? null

describe('what is looked for', () => {
  it.each([
    ['PayPal', 'paypal'],
    ['  bad.example ', 'bad.example'],
    ['bad.example.', 'bad.example'],
    ['.', '.'],
    ['.example', '.example'],
    ['*.bad.example', 'bad.example'],
    ['https://bad.example/Path?q', 'bad.example/Path?q'],
    ['bad.example/dir/', 'bad.example/dir/'],
    ['hxxps://bad[.]example', 'bad.example'],
    ['hxxp[:]//www(.)bad{dot}example', 'www.bad.example'],
    ['hxxp[://]bad.example', 'bad.example'],
    ['hxxp', 'hxxp'],
    ['bad。example', 'bad.example'],
    ['ＢＡＤ．example', 'bad.example'],
    ['BÜCHER', 'bücher'],
    ['bu\u0308cher', 'bücher'],
    ['2001:db8::', '2001:db8::'],
    ['192.0.2.', '192.0.2'],
  ])('%j is %j', (typed, meant) => expect(textOf(typed)).toBe(meant))

  it('is nothing where no value can have it', () => {
    for (const typed of ['', '   ', 'two words', 'a\nb', 'a\x01', 'a\tb', 'a\u2028b', 'https://']) {
      expect(readSearchText(typed), JSON.stringify(typed)).toBeNull()
    }
  })

  it('knows what is outside ASCII, and looks at no more than it must', () => {
    expect(readSearchText('bücher')?.isAscii).toBe(false)
    expect(readSearchText('buecher')?.isAscii).toBe(true)
    expect(textOf('a'.repeat(600))).toBe('a'.repeat(512))
  })
})
