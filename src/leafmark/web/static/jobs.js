// Shows a running job's progress as it changes; without this the page's own link does the same.
const every = 2000;
async function look() {
  const answer = await fetch(location.href, { headers: { accept: "text/html" } });
  if (answer.ok) {
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("job");
    if (fresh) {
      document.getElementById("job").replaceWith(fresh);
      if (!["waiting", "running"].includes(fresh.dataset.state)) return;
    }
  }
  setTimeout(look, every);
}
setTimeout(look, every);
