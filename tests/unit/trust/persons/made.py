"""The tables of people, for databases that are made from the models."""

from sqlalchemy import Table
from sqlmodel import SQLModel

from trust.persons import ledger_models, models
from trust.persons.registers import models as register_models

TABLES: tuple[Table, ...] = tuple(
    SQLModel.metadata.tables[str(row.__tablename__)]
    for row in (
        models.PersonRow,
        models.PersonKeyRow,
        models.PersonDocumentRow,
        models.OrganizationRow,
        models.AgencyPrincipalRow,
        models.AgencyGrantRow,
        models.ProofRow,
        ledger_models.ConsentRow,
        ledger_models.AccessTraceRow,
        ledger_models.CorrectionRow,
        ledger_models.CorrectionEventRow,
        register_models.RegisterQueryRow,
        register_models.RegisterBreakerRow,
    )
)
