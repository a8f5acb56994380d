/* <carbon-label gtin="09506000134352" lang="en" form="compact">: a Leafmark label on any page.
   Without this script, what stands inside the element stays: put an <img> of the label there. */
(() => {
  const origin = new URL(document.currentScript.src).origin;
  const forms = ["full", "compact"];
  class CarbonLabel extends HTMLElement {
    static observedAttributes = ["gtin", "product", "lang", "form"];
    connectedCallback() { this.draw(); }
    attributeChangedCallback() { if (this.isConnected) this.draw(); }
    async draw() {
      const gtin = this.getAttribute("gtin") || "";
      const product = this.getAttribute("product") || "";
      const path = /^\d{8,14}$/.test(gtin) ? gtin : product.split("/").map(encodeURIComponent).join("/");
      if (!path) return;
      const lang = this.getAttribute("lang") || document.documentElement.lang || "en";
      const form = forms.includes(this.getAttribute("form")) ? this.getAttribute("form") : "compact";
      const asked = `lang=${encodeURIComponent(lang)}&form=${form}`;
      const drawing = (this.drawing = {});
      let answer;
      try { answer = await fetch(`${origin}/label/${path}.svg?${asked}`); } catch { return; }
      if (!answer.ok && lang !== "en") answer = await fetch(`${origin}/label/${path}.svg?form=${form}`);
      if (!answer.ok || drawing !== this.drawing) return;
      const picture = new DOMParser().parseFromString(await answer.text(), "image/svg+xml");
      const link = document.createElement("a");
      link.href = gtin ? `${origin}/01/${gtin}` : `${origin}/product/${path}/`;
      const image = document.createElement("img");
      image.src = answer.url;
      image.alt = ["title", "desc"].map((name) => picture.querySelector(name)?.textContent || "").join(". ");
      image.style.maxWidth = "100%";
      link.append(image);
      this.replaceChildren(link);
    }
  }
  if (!customElements.get("carbon-label")) customElements.define("carbon-label", CarbonLabel);
})();
