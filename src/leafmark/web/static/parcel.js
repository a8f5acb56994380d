/* A parcel turned about and put together piece by piece. Without this script the page's links do the same from four corners.
   Boxes are painted the farthest first: A before B where A, moved along the line of sight, meets B (leafmark.parcels.drawing.painting). */
(() => {
  const data = JSON.parse(document.getElementById("parcel-data").textContent);
  const picture = document.getElementById("parcel-picture");
  const slider = document.getElementById("parcel-slider");
  const words = document.getElementById("parcel-words").content;
  const said = document.getElementById("parcel-said");
  const sentence = words.querySelector("[data-say]").textContent;
  const items = [...words.querySelectorAll("[data-item]")].map((each) => each.textContent);
  const svg = picture.querySelector("svg");
  const [L, W, H] = data.inner;
  const tilt = Math.asin(Math.sqrt(1 / 3));
  const ink = "#1b1b1b", grey = ["#ececec", "#e4e4e4", "#c0c0c0"], board = "#f4ead8", edge = "#7a5c32";
  let step = Number(picture.dataset.step);
  let yaw = Math.PI / 4 - (Math.PI / 2) * Number(picture.dataset.turn);

  const [, , wide, tall] = svg.getAttribute("viewBox").split(" ").map(Number);
  const reach = Math.hypot(L, W) / 2;
  const scale = Math.min((wide - 40) / (2 * reach), (tall - 60) / (2 * reach * Math.sin(tilt) + H * Math.cos(tilt) * 1.25));
  const along = () => [Math.cos(yaw) * Math.cos(tilt), Math.sin(yaw) * Math.cos(tilt), Math.sin(tilt)];
  const place = ([x, y, z]) => {
    const [a, b] = [x - L / 2, y - W / 2];
    const right = -a * Math.sin(yaw) + b * Math.cos(yaw);
    const near = a * Math.cos(yaw) + b * Math.sin(yaw);
    return [wide / 2 + right * scale, tall / 2 + 12 + (near * Math.sin(tilt) - (z - H / 2) * Math.cos(tilt)) * scale];
  };
  const path = (corners) => "M" + corners.map((each) => place(each).map((n) => n.toFixed(1)).join(" ")).join("L") + "Z";

  /* +1: b hides a part of a; -1: a of b; 0: neither. */
  const order = (a, b, d) => {
    let first = -Infinity, last = Infinity;
    for (let n = 0; n < 3; n++) {
      const low = b[n] - a[n + 3], high = b[n + 3] - a[n];
      if (Math.abs(d[n]) < 1e-9) { if (low >= 0 || high <= 0) return 0; continue; }
      first = Math.max(first, Math.min(low / d[n], high / d[n]));
      last = Math.min(last, Math.max(low / d[n], high / d[n]));
    }
    if (last - first < 1e-9) return 0;
    return first >= -1e-9 ? 1 : last <= 1e-9 ? -1 : 0;
  };
  const painted = (boxes, d) => {
    const waits = boxes.map(() => 0), before = boxes.map(() => []), found = [];
    for (let i = 0; i < boxes.length; i++) for (let j = i + 1; j < boxes.length; j++) {
      const which = order(boxes[i], boxes[j], d);
      if (which > 0) { before[i].push(j); waits[j]++; } else if (which < 0) { before[j].push(i); waits[i]++; }
    }
    const depth = (n) => d.reduce((sum, each, axis) => sum + each * (boxes[n][axis] + boxes[n][axis + 3]), 0);
    const left = new Set(boxes.keys());
    while (left.size) {
      const free = [...left].filter((n) => waits[n] === 0);
      const next = free.length ? free : [[...left].sort((a, b) => depth(a) - depth(b))[0]];
      for (const n of next) { left.delete(n); found.push(n); before[n].forEach((each) => waits[each]--); }
    }
    return found;
  };
  const mixed = (one, other, share) => "#" + [1, 3, 5].map((n) => {
    const [a, b] = [parseInt(one.slice(n, n + 2), 16), parseInt(other.slice(n, n + 2), 16)];
    return Math.round(a + (b - a) * share).toString(16).padStart(2, "0");
  }).join("");
  const face = (box, axis, d) => {
    const [one, two] = [0, 1, 2].filter((n) => n !== axis);
    return [[0, 0], [1, 0], [1, 1], [0, 1]].map(([a, b]) => {
      const corner = [0, 0, 0];
      corner[axis] = d[axis] > 0 ? box[axis + 3] : box[axis];
      corner[one] = box[one + 3 * a];
      corner[two] = box[two + 3 * b];
      return corner;
    });
  };
  const shade = (colours, axis, d) => {
    if (axis === 2) return colours[0];
    const out = axis === 0 ? [Math.sign(d[0]), 0] : [0, Math.sign(d[1])];
    const right = -out[0] * Math.sin(yaw) + out[1] * Math.cos(yaw);
    return mixed(colours[1], colours[2], (right + 1) / 2);
  };
  const light = (colour) => {
    const [r, g, b] = [1, 3, 5].map((n) => parseInt(colour.slice(n, n + 2), 16) / 255)
      .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const drawn = (box, number, d) => {
    const colours = number < step && Number(slider.value) < data.pieces.length ? grey : data.colours[box[6]];
    let text = "", most = 0, spot = null;
    for (const axis of [2, 1, 0]) {
      if (Math.abs(d[axis]) < 1e-6) continue;
      const corners = face(box, axis, d), fill = shade(colours, axis, d);
      text += `<path d="${path(corners)}" fill="${fill}"/>`;
      const at = corners.map(place);
      const area = Math.abs((at[1][0] - at[0][0]) * (at[3][1] - at[0][1]) - (at[1][1] - at[0][1]) * (at[3][0] - at[0][0]));
      const short = Math.min(...[1, 3].map((n) => Math.hypot(at[n][0] - at[0][0], at[n][1] - at[0][1])));
      if (area > most) { most = area; spot = [(at[0][0] + at[2][0]) / 2, (at[0][1] + at[2][1]) / 2, Math.min(short * 0.6, Math.sqrt(area) * 0.4, 17), fill]; }
    }
    if (spot && spot[2] >= 6.5) {
      const [x, y, size, fill] = spot;
      text += `<text x="${x.toFixed(1)}" y="${(y + size * 0.36).toFixed(1)}" font-size="${size.toFixed(1)}" stroke="none" fill="${light(fill) >= 0.179 ? "#000" : "#fff"}">${number}</text>`;
    }
    return text;
  };
  const draw = () => {
    const d = along(), whole = [0, 0, 0, L, W, H];
    const behind = [0, 1].map((axis) => path(face(whole, axis, d.map((each) => -each)))).concat(path(face(whole, 2, [0, 0, -1])));
    const front = [0, 1].filter((axis) => Math.abs(d[axis]) > 1e-6).map((axis) => path(face(whole, axis, d)));
    const boxes = data.pieces.slice(0, step);
    const body = painted(boxes, d).map((n) => drawn(boxes[n], n + 1, d)).join("");
    const parts = [...svg.children].filter((each) => ["title", "desc"].includes(each.tagName)).map((each) => each.outerHTML).join("");
    svg.innerHTML = parts + `<rect width="${wide}" height="${tall}" fill="#fff"/>` +
      `<g fill="${board}" stroke="${edge}">${behind.map((each) => `<path d="${each}"/>`).join("")}</g>` +
      `<g stroke="${ink}" stroke-width=".9" stroke-linejoin="round" text-anchor="middle" font-weight="700">${body}</g>` +
      `<g fill="none" stroke="${edge}" stroke-dasharray="5 4">${front.map((each) => `<path d="${each}"/>`).join("")}</g>`;
  };
  const show = () => {
    step = Number(slider.value);
    said.textContent = `${sentence.replace("{number}", step)}: ${items[step - 1]}`;
    draw();
  };
  const does = {
    before: () => { slider.value = step - 1; show(); },
    next: () => { slider.value = step + 1; show(); },
    left: () => { yaw += Math.PI / 2; draw(); },
    right: () => { yaw -= Math.PI / 2; draw(); },
  };
  for (const button of document.querySelectorAll("#parcel-controls button")) button.addEventListener("click", does[button.dataset.do]);
  slider.addEventListener("input", show);
  let held = null;
  picture.addEventListener("pointerdown", (event) => { held = [event.clientX, yaw]; picture.setPointerCapture(event.pointerId); });
  picture.addEventListener("pointermove", (event) => {
    if (!held) return;
    yaw = held[1] - (event.clientX - held[0]) / 120;
    requestAnimationFrame(draw);
  });
  for (const end of ["pointerup", "pointercancel"]) picture.addEventListener(end, () => { held = null; });
  document.getElementById("parcel-controls").hidden = false;
  document.getElementById("parcel-links").hidden = true;
})();
