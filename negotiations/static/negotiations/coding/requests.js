// Forms sent to the server. Every answer is the page that a browser without script would get.
import { address, parsePage, root, showMessage } from "./page.js";

export const getToken = () => root.querySelector("[name=csrfmiddlewaretoken]").value;

async function refreshToken() {
  const page = await parsePage(await fetch(address));
  const fresh = page.querySelector("#coding [name=csrfmiddlewaretoken]");
  if (!fresh) return false;
  document.querySelectorAll("[name=csrfmiddlewaretoken]").forEach((each) => {
    each.value = fresh.value;
  });
  return true;
}

// The session has ended: the page that asks for the password takes the whole form along.
function submitAsPage(url, body) {
  const form = document.createElement("form");
  form.method = "post";
  form.action = url;
  for (const [name, value] of body) {
    const box = document.createElement("textarea");
    box.name = name;
    box.value = value;
    form.append(box);
  }
  form.hidden = true;
  document.body.append(form);
  form.submit();
}

// What is wrong, in words: only a form that saves may have saved something.
function explainFailure(body, status) {
  const words = root.dataset;
  if (body.has("_open") || body.has("_look")) return words.sayNotOpened;
  if (body.has("made")) return words.sayNotUndone;
  if (!status) return words.sayOffline;
  return status === 503 ? words.sayBusy : words.sayRefused;
}

// The page that answers, or nothing when there is none; then what was typed is still there.
export async function submit(url, body, isAgain) {
  let answer;
  try {
    answer = await fetch(url, { method: "POST", body });
  } catch {
    showMessage(explainFailure(body), "fault");
    return null;
  }
  // Somebody logged in again in another tab: the form's token is that of the session before.
  if (answer.status === 403 && !isAgain && (await refreshToken())) {
    body.set("csrfmiddlewaretoken", getToken());
    return submit(url, body, true);
  }
  const page = await parsePage(answer);
  if (page.getElementById("coding")) return page;
  if (page.getElementById("login-form")) submitAsPage(url, body);
  else showMessage(explainFailure(body, answer.status), "fault");
  return null;
}
