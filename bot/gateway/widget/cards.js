// What comes with a message besides its words: sources, calls, a request for a person.
import { h, makeLink } from "./nodes.js";

// `dates`: by document, the day it was last checked, where its age matters.
export function renderSources(sources, base, words, dates = {}) {
  const items = sources.map((source) => {
    const title = [source.title, source.section].filter(Boolean).join(" › ");
    return h("li", { class: "source" }, makeLink(title, source.url, base, words.say("new_tab")) || title, tellAge(dates[source.document], words));
  });
  return h("div", { class: "sources" }, h("p", { class: "label" }, words.say("sources", { count: sources.length })), h("ul", {}, items));
}

function tellAge(day, words) {
  return day ? h("span", { class: "age" }, words.say("checked", { date: words.date(new Date(day)) })) : null;
}

export function renderCalls(calls, base, words) {
  return h("ol", { class: "calls" }, calls.map((call) => renderCall(call, base, words)));
}

function renderCall(call, base, words) {
  const facts = [
    call.programme,
    call.deadline && call.status === "open" && words.say("until", { date: words.deadline(new Date(call.deadline)) }),
    call.opens_at && call.status === "forthcoming" && words.say("opens", { date: words.date(new Date(call.opens_at)) }),
    tellGrant(call, words),
    call.own_share !== null && call.own_share !== undefined && words.say("share", { share: call.own_share }),
  ].filter(Boolean);
  const left = tellLeft(call, words);
  return h(
    "li",
    { class: "call" },
    h("p", { class: "call-title" }, makeLink(call.title, call.url, base, words.say("new_tab")) || call.title),
    left && h("p", { class: `pill ${call.days_left !== null && call.days_left <= 7 ? "soon" : ""}` }, left),
    h("p", { class: "facts" }, facts.join(" · ")),
    call.deadline && call.status === "open" && makeLink(
      words.say("calendar"), `/calls.ics?call=${encodeURIComponent(call.id)}&lang=${words.locale}`, base, words.say("new_tab"),
      { class: "action", "aria-label": words.say("calendar_for", { title: call.title }) },
    ),
  );
}

function tellLeft(call, words) {
  if (call.status === "open") {
    if (call.days_left === null || call.days_left === undefined) return words.say("rolling");
    return call.days_left === 0 ? words.say("last_day") : words.say("days_left", { count: call.days_left });
  }
  return words.say(`status_${call.status}`);
}

function tellGrant(call, words) {
  const { grant_min: least, grant_max: most } = call;
  if (least && most && least !== most) return words.amount(least, most);
  if (most) return words.say("up_to", { amount: words.amount(most) });
  return least ? words.say("from", { amount: words.amount(least) }) : null;
}

export function renderRequest(request, words) {
  const rows = [
    [words.say("request_number"), String(request.number)],
    request.position && [words.say("request_position"), String(request.position)],
    request.expected && [words.say("request_expected"), words.moment(new Date(request.expected))],
    request.assignee && [words.say("request_assignee"), request.assignee],
  ].filter(Boolean);
  return h("dl", { class: "request" }, rows.map(([name, fact]) => h("div", {}, h("dt", {}, name), h("dd", {}, fact))));
}
