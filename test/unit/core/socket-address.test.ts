import { describe, expect, test } from 'vitest'
import { parseSocketAddress, printSocketAddress } from '../../../src/core/socket-address.ts'

describe('an address with a port', () => {
  test.each([
    ['192.0.2.53', '192.0.2.53:53'],
    ['192.0.2.53:5353', '192.0.2.53:5353'],
    [' 192.0.2.53:1 ', '192.0.2.53:1'],
    ['2001:DB8::53', '[2001:db8::53]:53'],
    ['[2001:db8:0:0::53]', '[2001:db8::53]:53'],
    ['[2001:db8::53]:65535', '[2001:db8::53]:65535'],
    ['[::ffff:192.0.2.53]:5353', '192.0.2.53:5353'],
  ])('%s means %s', (text, canonical) => {
    const parsed = parseSocketAddress(text, 53)
    expect(printSocketAddress(parsed)).toBe(canonical)
    expect(parseSocketAddress(canonical, 1)).toEqual(parsed)
  })

  test.each([
    ...['', ':53', '192.0.2.53:', '192.0.2.53:0', '192.0.2.53:65536', '192.0.2.53:+53'],
    ...['192.0.2.53:053', '192.0.2.0/24', 'ns.example:53', '[2001:db8::53]:', '[2001:db8::53]x'],
    ...['2001:db8::53:', '[192.0.2.53:53', '192.0.2.53:53:53', '[]:53', 'fe80::1%eth0'],
  ])('%j is refused', (text) => {
    expect(() => parseSocketAddress(text, 53)).toThrow(
      expect.objectContaining({ code: 'ip/invalid' }),
    )
  })
})
