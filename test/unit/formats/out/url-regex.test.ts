import { describe, expect, it } from 'vitest'
import { printUrlRegex } from '../../../../src/formats/out/url-regex.ts'
import { exportSource, line, render } from '../../../support/export-builders.ts'

/** POSIX classes and escapes as JavaScript has them, the rest is the same. */
function matches(value: string, url: string): boolean {
  const pattern = printUrlRegex(value)
    .replaceAll('[[:space:]]', '\\s')
    .replaceAll('[[:cntrl:]]', '[\\x00-\\x1f\\x7f]')
  return new RegExp(pattern).test(url)
}

describe('the expression for a URL', () => {
  it.each([
    ['x.example/', 'http://x.example/', true],
    ['x.example/', 'https://x.example/', true],
    ['x.example/', 'http://x.example/a', false],
    ['x.example/', 'http://xaexample/', false],
    ['x.example/', 'http://a.x.example/', false],
    ['x.example/', 'http://y.example/?http://x.example/', false],
    ['x.example:8080/', 'http://x.example:8080/', true],
    ['x.example/a/*', 'http://x.example/a/', true],
    ['x.example/a/*', 'http://x.example/a/b?c', true],
    ['x.example/a/*', 'http://x.example/a', false],
    ['x.example/a?b=(c|d)+[e]{2}^$*', 'http://x.example/a?b=(c|d)+[e]{2}^$*', true],
    ['x.example/a?b', 'http://x.example/b', false],
    ['x.example/a%20b%25', 'http://x.example/a b%', true],
    ['x.example/%3F', 'http://x.example/?', true],
    ['x.example/%C3%A9/', 'http://x.example/é/', true],
    ['x.example/%C3%A9/', 'http://x.example/\u00c3\u00a9/', true],
    ['x.example/%C3%A9/', 'http://x.example//', false],
    ['x.example/%0A%00', 'http://x.example/\n%00', true],
    ['[2001:db8::1]/', 'http://[2001:db8::1]/', true],
  ])('%s, asked for %j: %j', (value, url, expected) => {
    expect(matches(value, url)).toBe(expected)
  })

  it('is left out when Squid would read it as two', () => {
    const [fits, long] = [1978, 1979].map((letters) => line(`x.example/${'a'.repeat(letters)} url`))
    expect(render('squid-urls', exportSource([fits!])).lines[0]).toHaveLength(2000)
    expect(render('squid-urls', exportSource([long!])).summary).toEqual({
      written: 0,
      omitted: { 'too-long': 1 },
      changed: {},
    })
  })
})
