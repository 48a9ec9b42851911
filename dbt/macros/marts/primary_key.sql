{# A column that names a row: in every row, and in one row only. One statement, one node: dbt spends
   some 40 ms of processor time on a node before the engine sees it, and every model has a key. #}
{% test primary_key(model, column_name) %}

select
    {{ column_name }},
    count(*) as times
from {{ model }}
group by {{ column_name }}
having count(*) > 1 or {{ column_name }} is null

{% endtest %}
