// Follows a job while its page is open. Without script the page reloads itself instead.
const reconnectAfter = 3000;

const find = id => document.getElementById(id);

// The server renders every state; only progress within a state is drawn here.
async function redraw() {
  const response = await fetch(location.href, { cache: "no-store" });
  if (!response.ok || response.redirected) {
    location.reload();
    return;
  }
  const next = new DOMParser().parseFromString(await response.text(), "text/html");
  find("job").replaceWith(next.getElementById("job"));
  document.title = next.title;
}

function drawProgress({ progress, message }) {
  find("progress").value = progress;
  find("percent").textContent = `${progress} %`;
  find("message").textContent = message ?? "";
}

function follow(address) {
  const events = new EventSource(address);
  let drawing = Promise.resolve();
  const later = draw => { drawing = drawing.then(draw).catch(error => console.warn("The job could not be drawn", error)); };

  events.addEventListener("progress", event => later(() => drawProgress(JSON.parse(event.data))));
  events.addEventListener("state", event => {
    const job = JSON.parse(event.data);
    later(() => job.state === find("job").dataset.state ? drawProgress(job) : redraw());
  });
  events.addEventListener("end", () => {
    events.close();
    later(redraw);
  });
  events.addEventListener("error", () => {
    // A stream that broke is resumed by the browser itself; one that was refused is not.
    if (events.readyState === EventSource.CLOSED) {
      setTimeout(() => follow(address), reconnectAfter);
    }
  });
}

const address = find("job").dataset.events;
if (address) {
  follow(address);
}
