/** A made-up landscape as SVG, from a seed; `blur` is how far from finished it is, 0 to 1. */
export function samplePicture(seed: number, blur = 0): string {
  let state = (seed * 2_654_435_761) | 0;
  const random = () => {
    state = (Math.imul(state ^ (state >>> 15), 1 | state) + 0x6d2b79f5) | 0;
    return ((state ^ (state >>> 14)) >>> 0) / 4294967296;
  };
  const palettes = [
    ['#4b6fc4', '#c9a3d8', '#f6b7a4', '#f9d9a6', '#7c5a8f', '#5a4078', '#3d2c5c'],
    ['#0a0e2a', '#141b45', '#273064', '#4d5b93', '#161a3a', '#0e1230', '#070a1f'],
    ['#37204f', '#a8324a', '#ee6a3c', '#f9b04f', '#3c3a4c', '#2a2837', '#191822'],
    ['#3f86c4', '#86b8e0', '#cfe4ef', '#f3f1df', '#4f7d5c', '#35604a', '#204335'],
  ];
  const palette = palettes[Math.floor(random() * palettes.length)] ?? [];
  const [sky, high, mid, low, ...hills] = palette;
  const sun = { x: 90 + random() * 330, y: 130 + random() * 150, r: 22 + random() * 40 };
  const clouds = Array.from({ length: 5 }, () => {
    const [x, y] = [random() * 512, 40 + random() * 170];
    return `<ellipse cx="${x}" cy="${y}" rx="${50 + random() * 90}" ry="${8 + random() * 14}" fill="#fff" opacity="${0.25 + random() * 0.4}"/>`;
  });
  const ridges = hills.map((fill, index) => {
    const base = 300 + index * 70;
    const phase = random() * 6;
    let path = `M0 512V${base}`;
    for (let x = 0; x <= 512; x += 16)
      path += `L${x} ${(base - 46 * Math.abs(Math.sin(x / (70 + index * 20) + phase)) - 14 * Math.sin(x / 23 + phase * 2)).toFixed(1)}`;
    return `<path fill="${fill}" d="${path}V512z"/>`;
  });
  const filter = blur > 0 ? `<filter id="f"><feGaussianBlur stdDeviation="${blur * 26}"/></filter>` : '';
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 512 512"><defs><linearGradient id="s" x2="0" y2="1"><stop stop-color="${sky}"/><stop offset=".4" stop-color="${high}"/><stop offset=".6" stop-color="${mid}"/><stop offset=".8" stop-color="${low}"/></linearGradient>${filter}</defs><g${blur > 0 ? ' filter="url(#f)"' : ''}><path fill="url(#s)" d="M-40-40h592v592H-40z"/><circle cx="${sun.x}" cy="${sun.y}" r="${sun.r}" fill="#fff2cf" opacity=".85"/>${clouds.join('')}${ridges.join('')}</g></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
