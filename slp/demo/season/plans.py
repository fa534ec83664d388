"""The activities of the season as data: who asked for what, who goes, when, how far it has come."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """A seat and, where somebody was found, who takes it."""

    role: str
    expertise: str
    depth: int = 1
    language: str = ""
    speaking: int = 0
    expert: str = ""


@dataclass(frozen=True)
class Plan:
    """One need and what came of it. `start` and all offsets are days from today."""

    key: str
    kind: str
    title: str
    country: str
    host: str
    sector: str
    start: int
    days: int
    problem: str
    success: str
    places: str
    seats: tuple[Place, ...] = ()
    hosts: tuple[str, ...] = ()  # agencies of a hosted activity
    academy: str = ""
    lead: int = 120  # days before the start on which the need was registered
    security: str = ""
    stop: str = ""  # the last step, where the story ends before today
    registered_by: str = ""  # an officer registers for posts without an account
    report: str = "accepted"  # how far the final reports came
    trained: tuple[int, int, int] = (0, 0, 0)  # women, men, not recorded
    obligation: int = 0
    claims: tuple[tuple[str, str], ...] = ()  # (agency, how far its claim came)
    curtailed: str = ""  # who came home early
    steps_back: str = ""  # who withdraws before the journey


CREOLE = {"language": "ht", "speaking": 3}
HNP = "Haitian National Police"
MENTORS = "Community policing mentor"
CONDITIONS = "Curfew after dark; movement between sites in the post's vehicles only; check in by 20:00 local time."

PLANS = (
    Plan(
        "haiti-past", "mentoring", "Community policing mentors, first team", "HT", HNP, "POL", -330, 100,
        "New patrol officers work without a supervisor who has done community policing.",
        "Each of four districts holds a monthly meeting with residents.", "Port-au-Prince",
        (
            Place(MENTORS, "POL-01", 2, **CREOLE, expert="baptiste"),
            Place(MENTORS, "POL-01", 2, **CREOLE, expert="charles"),
            Place(MENTORS, "POL-01", 1, **CREOLE, expert="augustin"),
        ),
        lead=45, security=CONDITIONS, trained=(38, 121, 0), obligation=260_000,
        claims=(("lincoln", "paid"), ("lincoln", "rejected"), ("cypress", "paid"), ("cypress", "withdrawn")),
        curtailed="augustin",
    ),
    Plan(
        "haiti-now", "mentoring", "Community policing mentors, second team", "HT", HNP, "POL", -24, 100,
        "The four districts of the first team ask for a second one; two more districts join.",
        "Six districts hold a monthly meeting with residents.", "Port-au-Prince",
        (
            Place("Team lead and mentor", "POL-01", 2, **CREOLE, expert="toussaint"),
            Place(MENTORS, "POL-01", 1, **CREOLE, expert="desir"),
            Place(MENTORS, "POL-02", 1, **CREOLE, expert="joseph"),
            Place(MENTORS, "POL-01", 1, **CREOLE, expert="michel"),
        ),
        security=CONDITIONS, obligation=310_000, claims=(("lincoln", "draft"),),
    ),
    Plan(
        "haiti-next", "mentoring", "Community policing mentors, third team", "HT", HNP, "POL", 90, 100,
        "The second team leaves in the spring; the districts ask for six mentors to follow it.",
        "Six districts work with their residents without help by the end of the year.", "Port-au-Prince, Cap-Haitien",
        tuple(Place(MENTORS, "POL-01", 1, **CREOLE) for _ in range(6)),
        lead=110, security=CONDITIONS, stop="validate",
    ),
    Plan(
        "georgia-done", "training", "Curriculum for the police academy", "GE", "Georgian Police Academy", "STD",
        -52, 18,
        "The academy's instructors teach by lecture; recruits practise too little.",
        "Instructors teach six scenario-based lessons on their own.", "Tbilisi",
        (
            Place("Curriculum adviser", "STD-03", 1, expert="lindqvist"),
            Place("Instructor trainer", "STD-04", 2, expert="hartwell"),
        ),
        lead=130, report="drafting", trained=(11, 24, 0), obligation=48_000,
        claims=(
            ("prairie", "in_review"), ("prairie", "returned"), ("prairie", "approved"), ("prairie", "submitted"),
        ),
    ),
    Plan(
        "georgia-report", "assessment", "Assessment of prosecutors' work with victims", "GE", "Prosecution Service",
        "JUS", -64, 9, "Few cases of violence in the family reach a court.",
        "A list of what to change, agreed with the service.", "Tbilisi, Kutaisi",
        (Place("Assessor", "JUS-01", 2, expert="brandt"), Place("Assessor", "JUS-11", 1, expert="moody")),
        lead=120, report="returned", trained=(0, 0, 0), obligation=22_000, claims=(("lake", "certified"),),
    ),
    Plan(
        "salvador-soon", "training", "Emergency response in prisons", "SV", "General Directorate of Prisons", "COR", 26,
        12, "Wardens have no common plan for a fire or a riot.", "Two prisons hold a drill by the plan.",
        "San Salvador",
        (
            Place("Lead instructor", "COR-01", 3, "es", 3, expert="ibarra"),
            Place("Instructor", "COR-01", 2, "es", 3, expert="delgado"),
            Place("Instructor trainer", "COR-02", 3, "es", 2, expert="foster"),
        ),
        steps_back="foster",
        lead=105, obligation=39_500,
    ),
    Plan(
        "georgia-soon", "training", "Recording crash scenes", "GE", "Patrol Police Department", "POL", 3, 9,
        "Crash scenes are recorded differently in each district.", "One form, used by every patrol.", "Batumi",
        (Place("Instructor", "POL-05", 2, expert="novak"),), lead=85, obligation=14_000,
    ),
    Plan(
        "manila-paper", "training", "Container inspection at the port", "PH", "Philippine Ports Authority", "MAR",
        70, 14,
        "Inspectors open containers at random.", "Inspectors choose by risk and record why.", "Manila",
        (
            Place("Instructor", "MAR-05", 2, "fil", 2, expert="santos"),
            Place("Instructor", "MAR-01", 1, expert="kealoha"),
        ),
        lead=115, stop="sign_inl",
    ),
    Plan(
        "kenya-off", "assessment", "Assessment of a training academy", "KE", "National Police Service", "STD", -20, 8,
        "The academy plans a new campus and asks for advice.", "Advice on five open questions.", "Nairobi",
        (Place("Assessor", "STD-01", 2, expert="tate"),),
        lead=100, stop="cancel", registered_by="officer",
    ),
    Plan(
        "budapest", "academy", "Leadership course at ILEA Budapest", "HU", "ILEA Budapest", "STD", -190, 6,
        "The academy asks for a lecturer on leadership.", "A course of one week for 24 officers.", "Budapest",
        (Place("Lecturer", "STD-04", 2, expert="tate"),), academy="ILEA-BUD", lead=110, registered_by="officer",
        trained=(9, 15, 0), obligation=8_000,
    ),
    Plan(
        "armenia-visit", "study_visit", "Study visit on women offenders", "AM", "Penitentiary Service", "COR", -34, 6,
        "The service plans a unit for women and wants to see two.", "A concept for the unit.", "Red Mesa",
        (), hosts=("mesa",), lead=110, registered_by="officer", report="submitted", trained=(5, 3, 0),
    ),
    Plan(
        "ukraine-virtual", "virtual", "Remote advice on traffic policing", "UA", "Patrol Police", "POL", -140, 30,
        "Crash scenes are recorded differently in each region.", "One form for the whole country.", "Remote",
        (), hosts=("prairie",), lead=80, registered_by="officer", report="waived", obligation=3_000,
    ),
    Plan(
        "moldova-virtual", "virtual", "Remote advice on public defence", "MD", "Legal Aid Council", "JUS", -24, 15,
        "Defenders meet their clients for the first time in court.", "A first meeting within two days of the arrest.",
        "Remote", (), hosts=("juniper",), lead=70, registered_by="officer", report="due", obligation=2_400,
    ),
    Plan(
        "salvador-embed", "embed", "Two instructors embedded in our academy", "SV", "General Directorate of Prisons",
        "COR", -150, 40, "The directorate wants instructors who have taught beside ours.",
        "Two instructors teach the course at home.", "Red Mesa", (), hosts=("mesa",), lead=90,
        trained=(1, 1, 0),
    ),
    Plan(
        "panama-staffed", "training", "Interviewing of child witnesses", "PA", "Public Ministry", "JUS", 48, 10,
        "Children are interviewed several times by different people.", "One interview by one trained person.",
        "Panama City",
        (Place("Instructor", "JUS-10", 2, "es", 4, expert="abrego"),),
        lead=75, stop="staff", registered_by="officer",
    ),
)  # fmt: skip
