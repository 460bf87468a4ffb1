/**
 * The network of an `rpz-ip` owner such as `24.0.2.0.192.rpz-ip` or `48.zz.db8.2001.rpz-ip`: the prefix length, then the address backwards,
 * `zz` for `::`. Null when it is none; whether the address is one, `ip-value.ts` says.
 */
export function parseRpzIp(owner: string): string | null {
  const [length = '', ...labels] = owner.toLowerCase().split('.').slice(0, -1)
  if (!/^\d{1,3}$/.test(length)) return null
  const parts = labels.reverse()
  if (parts.length === 4 && !parts.includes('zz')) return `${parts.join('.')}/${length}`
  const gap = parts.indexOf('zz')
  if (gap < 0) return `${parts.join(':')}/${length}`
  return `${parts.slice(0, gap).join(':')}::${parts.slice(gap + 1).join(':')}/${length}`
}
