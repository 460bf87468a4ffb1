import { test } from '@fast-check/vitest'
import fc from 'fast-check'
import { expect } from 'vitest'
import { readIpValue } from '../../../src/core/ip-value.ts'
import { isCanonicalIpv4 } from '../../../src/core/scan-ipv4.ts'
import '../../support/property-runs.ts'

const arbNumber = fc.oneof(
  fc.nat(300).map(String),
  fc.constantFrom('', '00', '01', '255', '256', '1a'),
)
const arbText = fc.oneof(
  fc.array(arbNumber, { minLength: 3, maxLength: 5 }).map((numbers) => numbers.join('.')),
  fc.tuple(fc.ipV4(), fc.constantFrom('', '.', '/32', ' ', ':80')).map((parts) => parts.join('')),
)

test.prop([arbText], { numRuns: 500 })(
  'tells what the parser of addresses gives back as it was',
  (text) => {
    const reading = readIpValue(text)
    const isUnchanged = 'value' in reading && reading.value === text && !/[:/]/.test(text)
    const bytes = new TextEncoder().encode(`x${text}x`)
    expect(isCanonicalIpv4(bytes, 1, bytes.length - 1)).toBe(isUnchanged)
  },
)
