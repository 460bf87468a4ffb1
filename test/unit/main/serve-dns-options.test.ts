import { describe, expect, test } from 'vitest'
import { parseDnsArguments } from '../../../src/main/serve-dns-options.ts'

describe('the options of DNS', () => {
  test('name addresses of both families', () => {
    expect(parseDnsArguments({ dns: ['127.0.0.1:5300', '[::1]:0'] })).toEqual({
      plain: [
        { address: '127.0.0.1', port: 5300 },
        { address: '::1', port: 0 },
      ],
      tls: [],
      certificate: null,
    })
  })

  test('turn it off', () => {
    expect(parseDnsArguments({ dns: ['none'] })).toBeNull()
  })

  test('leave TLS alone', () => {
    const args = { dns: ['none'], dnsTls: ['[::1]:853'], tlsCert: 'a.pem', tlsKey: 'b.pem' }
    expect(parseDnsArguments(args)).toEqual({
      plain: [],
      tls: [{ address: '::1', port: 853 }],
      certificate: { cert: 'a.pem', key: 'b.pem' },
    })
  })

  test.each([
    { dns: ['none', '127.0.0.1:53'] },
    { dns: ['127.0.0.1'] },
    { dns: ['::1:53'] },
    { dns: ['localhost:53'] },
    { dns: ['none'], dnsTls: ['127.0.0.1:853'] },
    { dns: ['none'], dnsTls: ['127.0.0.1:853'], tlsCert: 'a.pem' },
    { dns: ['none'], tlsCert: 'a.pem', tlsKey: 'b.pem' },
  ])('are refused where they do not go together: %j', (args) => {
    expect(() => parseDnsArguments(args)).toThrow(
      expect.objectContaining({ code: 'usage/invalid' }),
    )
  })
})
