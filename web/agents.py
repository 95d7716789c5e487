"""What agents are doing at the telephone: each says it at the console, who oversees counts them."""

from datetime import datetime
from typing import Any

from litestar import Response, Router, get, post

from dispatch.agents import OwnState, agents_by_state, own_state, say_state
from dispatch.office import Office
from hotline.agent_states import STATE_LABELS, AgentState
from hotline.people import Actor, Role
from web.given import Me, Now, TheForm, TheOffice, WebRequest, is_htmx, roles
from web.render import redirect, render

TONES = {
    AgentState.READY: "green",
    AgentState.BUSY: "blue",
    AgentState.WRAP_UP: "orange",
    AgentState.BREAK: "purple",
    AgentState.OFFLINE: "plain",
}


@get("/console/state", guards=[roles(Role.AGENT)])
async def show_state(request: WebRequest, me: Me, office: TheOffice, now: Now) -> Response[Any]:
    """The agent's own state: the part that renews itself."""
    return render(request, "console/_state.html", **await state_of(office, me, now=now))


@post("/console/state", guards=[roles(Role.AGENT)], status_code=200)
async def change_state(
    request: WebRequest, me: Me, office: TheOffice, now: Now, form: TheForm
) -> Response[Any]:
    """Ready, on a break, gone: said by the agent, where no telephone system says it."""
    await say_state(office.pool, me, form.one("state"), now=now)
    if is_htmx(request):
        return render(request, "console/_state.html", **await state_of(office, me, now=now))
    return redirect(request, "/console")


@get("/oversight/agents", guards=[roles(Role.SUPERVISOR, Role.LEADER, Role.DISPATCHER)])
async def count_agents(request: WebRequest, office: TheOffice, now: Now) -> Response[Any]:
    """How many agents are in which state: the part that renews itself."""
    return render(request, "oversight/_agents.html", **await agents_now(office, now=now))


async def state_of(office: Office, me: Actor, *, now: datetime) -> dict[str, Any]:
    """What the console shows of the agent's own state."""
    own: OwnState = await own_state(office.pool, me, now=now)
    return {"own": own, "states": STATE_LABELS, "tone": TONES[own.state]}


async def agents_now(office: Office, *, now: datetime) -> dict[str, Any]:
    """What the board and the overseer's page show of all agents."""
    return {"agents": await agents_by_state(office.pool, now=now), "states": STATE_LABELS}


router = Router("/", route_handlers=[show_state, change_state, count_agents])
